terraform {
  required_version = ">= 1.5"
  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 5.60" }
    random = { source = "hashicorp/random", version = "~> 3.6" }
  }
}

provider "aws" {
  region = var.region
  default_tags { tags = local.tags }
}

locals {
  name = "invorto-${var.environment}"
  tags = { Project = "invorto", Environment = var.environment, ManagedBy = "terraform" }
}

data "aws_caller_identity" "here" {}
data "aws_availability_zones" "here" { state = "available" }
