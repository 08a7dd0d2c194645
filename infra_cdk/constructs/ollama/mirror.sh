#!/bin/sh
# Copy Ollama's image, every platform of it, into this account's registry, which signs it on push.
# usage: mirror.sh REPOSITORY TAG REGION      needs the AWS CLI, and Docker with buildx
# A tag that is there already stays as it is: tags are immutable.
set -eu
repository=$1 tag=$2 region=$3

if aws ecr describe-images --region "$region" --repository-name "$repository" \
  --image-ids imageTag="$tag" >/dev/null 2>&1; then
  echo "$repository:$tag is there"
  exit 0
fi
uri=$(aws ecr describe-repositories --region "$region" --repository-names "$repository" \
  --query 'repositories[0].repositoryUri' --output text)
aws ecr get-login-password --region "$region" |
  docker login --username AWS --password-stdin "${uri%%/*}"
docker buildx imagetools create --tag "$uri:$tag" "docker.io/ollama/ollama:$tag"
echo "$repository:$tag is there, and signed by the registry"
