#!/bin/sh
# The container's health check: true only while $MODEL is loaded, so that nobody is sent to a task
# that would first have to read gigabytes. One loaded model is one line: name, id, size, until when.
ollama ps 2>/dev/null | grep -qF "$MODEL "
