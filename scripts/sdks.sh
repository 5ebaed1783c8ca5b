#!/usr/bin/env bash
# Makes the SDKs' types and models again, of what a daemon of this build says of itself.   ./scripts/sdks.sh [BUILD]
set -euo pipefail
. "$(dirname "$0")/common.sh"
INVORTO_WRITE=1 INVORTO_BUILD=${1:-build/release} python3 tests/integration/run.py test_types_and_models
