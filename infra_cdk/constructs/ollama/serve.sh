#!/bin/sh
# The container's command: serve $MODEL from $OLLAMA_MODELS, pulled once for all tasks there will
# ever be, loaded before anybody is sent here, until SIGTERM (Spot gives two minutes' notice).
set -eu

stop() {
  trap - EXIT
  trap '' TERM
  # The whole group: a pull that runs below another shell must not be left behind.
  kill -TERM 0
  wait
}
trap 'stop; exit 0' TERM INT
trap 'stop' EXIT

prepare() {
  until ollama list >/dev/null 2>&1; do
    kill -0 "$server" || exit 1
    sleep 1
  done
  # Two tasks that start at once share the file system: one pulls, the other finds it done.
  exec 9>"$OLLAMA_MODELS/.pull.lock"
  flock 9
  ollama show "$MODEL" >/dev/null 2>&1 || ollama pull "$MODEL"
  exec 9>&-
  # An empty prompt loads the weights, and OLLAMA_KEEP_ALIVE keeps them.
  ollama run "$MODEL" ""
}

ollama serve &
server=$!
# In the background, as a shell hears no signal while it waits for a program in the foreground.
prepare &
wait $!
wait "$server"
