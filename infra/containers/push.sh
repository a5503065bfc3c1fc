#!/usr/bin/env bash
# Build both images of a commit and push them, with provenance and a list of what is in them (SBOM), to the account's ECR.
#   infra/containers/push.sh COMMIT [PLATFORM]
# PLATFORM is what cpu_architecture of the environment says: linux/arm64 by default, linux/amd64 for X86_64. A machine of the other
# kind builds by emulation, which Docker Desktop has and Linux is given once:
#   docker run --privileged --rm tonistiigi/binfmt --install arm64
set -euo pipefail
cd "$(dirname "$0")/../.."

commit=${1:?say which commit}
platform=${2:-linux/arm64}
certificates=https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem

account=$(aws sts get-caller-identity --query Account --output text)
registry="$account.dkr.ecr.${AWS_REGION:-$(aws configure get region)}.amazonaws.com"
aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"

# The default builder keeps no provenance.
docker buildx create --name promptory --use >/dev/null
trap 'docker buildx rm promptory >/dev/null' EXIT
for target in dashboard dagster; do
    # Tags cannot be moved: what an earlier try has pushed is there.
    if aws ecr describe-images --repository-name "promptory/$target" --image-ids "imageTag=$commit" >/dev/null 2>&1; then
        echo "promptory/$target:$commit is there already"
        continue
    fi
    docker buildx build --platform "$platform" --target "$target" \
        --build-arg "RELEASE=$commit" --build-arg "RDS_CERTIFICATES=$certificates" \
        --provenance mode=max --sbom true --tag "$registry/promptory/$target:$commit" --push .
done
