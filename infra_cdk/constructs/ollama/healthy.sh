#!/bin/sh
# The container's health check: true only while $MODEL is loaded, so that nobody is sent to a task
# that would first have to read gigabytes.
ollama ps 2>/dev/null | awk -v model="$MODEL" '$1 == model { found = 1 } END { exit !found }'
