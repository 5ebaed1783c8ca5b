#!/usr/bin/env bash
# A service to another image, and waits until it runs.   infra/deploy.sh CLUSTER IMAGE
# What runs now.                                         infra/deploy.sh --current CLUSTER
# The service has its cluster's name. Old tasks are let finish or hand over their calls: it may take the drain's time.
set -euo pipefail

current() { # CLUSTER
	local definition
	definition=$(aws ecs describe-services --cluster "$1" --services "$1" --query 'services[0].taskDefinition' --output text)
	aws ecs describe-task-definition --task-definition "$definition" \
		--query 'taskDefinition.containerDefinitions[?name==`invorto`].image | [0]' --output text
}

if [ "${1:-}" = --current ]; then
	current "$2"
	exit
fi
cluster=${1:?which cluster} image=${2:?which image}
case $image in
*@sha256:*) ;;
*) echo "an image is named by its digest: $image" >&2; exit 64 ;;
esac
before=$(aws ecs describe-services --cluster "$cluster" --services "$cluster" --query 'services[0].taskDefinition' --output text)
new=$(aws ecs describe-task-definition --task-definition "$before" --query taskDefinition |
	jq --arg image "$image" '.containerDefinitions |= map(if .name == "invorto" then .image = $image else . end)
		| del(.taskDefinitionArn, .revision, .status, .requiresAttributes, .compatibilities, .registeredAt, .registeredBy)' |
	aws ecs register-task-definition --cli-input-json file:///dev/stdin --query taskDefinition.taskDefinitionArn --output text)
aws ecs update-service --cluster "$cluster" --service "$cluster" --task-definition "$new" --query service.serviceName --output text
for _ in 1 2 3 4 5 6; do # each waits ten minutes at most
	aws ecs wait services-stable --cluster "$cluster" --services "$cluster" && break
done
[ "$(current "$cluster")" = "$image" ] || { echo "the service went back to another image by itself" >&2; exit 1; }
