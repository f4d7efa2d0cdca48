#!/bin/sh
# SPDX-License-Identifier: MIT
# sh .ci/container.sh BASE: executes sandbox/Dockerfile without Docker. Each stage is a root of its
# own, a copy of BASE, in which RUN runs; COPY copies from a clone of HEAD or another stage. Then the
# ENTRYPOINT is started, with hosts=sandbox as sandbox/compose.yaml has it, until HEALTHCHECK is
# content; the name sandbox must be let in, and no other. Called by fresh.sh, which has made BASE.
set -eu

base=$1
work=$(mktemp -d)
machine=""
trap '[ -z "$machine" ] || kill -9 "$machine" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
trap 'exit 1' HUP INT TERM
git clone -q . "$work/context"
root="" health="" entry="" user=root

inside() { # command: in the present stage's root
    unshare --mount --pid --fork --kill-child sh -c '
        mount -t proc proc "$0/proc" &&
        exec chroot "$0" env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy=$http_proxy} \
            ${https_proxy:+https_proxy=$https_proxy} no_proxy=127.0.0.1,sandbox,other \
            sh -c "$1"' "$root" "$1"
}

copy() { # [--from=stage] source target
    from=$work/context
    case $1 in --from=*) from=$work/${1#--from=}; shift ;; esac
    case $2 in */) mkdir -p "$root$2"; cp -a "$from/$1" "$root$2" ;;
    *) mkdir -p "$root$2"; cp -a "$from/$1/." "$root$2" ;; esac
}

# One instruction a line, its continuations joined.
sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' -e '/^#/d; /^$/d' "$work/context/sandbox/Dockerfile" \
    >"$work/instructions"
while read -r word rest; do
    case $word in
    FROM)
        name=${rest##* AS }
        [ "$name" != "$rest" ] || name=final
        root=$work/$name
        cp -a "$base" "$root" ;;
    RUN) inside "$rest" >"$work/log" 2>&1 </dev/null || { tail -n 20 "$work/log" >&2; exit 1; } ;;
    COPY) copy $rest ;;
    USER) user=$rest ;;
    EXPOSE) ;;
    HEALTHCHECK) health=${rest##* CMD } ;;
    ENTRYPOINT) entry=$(echo "$rest" | tr -d '[]",') ;;
    *) echo "container.sh does not know $word" >&2; exit 1 ;;
    esac
done <"$work/instructions"

echo "127.0.0.1 localhost sandbox other" >"$root/etc/hosts"
answer='curl -s -o /dev/null -w "%{http_code}" -H "Authorization: Bearer am_test_local"'
inside "setpriv --reuid=$user --clear-groups $entry hosts=sandbox >/tmp/log 2>&1 &
    tries=0
    until $health >/dev/null 2>&1; do
        tries=\$((tries + 1)); [ \$tries -lt 100 ] || { cat /tmp/log; exit 1; }; sleep 0.1
    done
    echo \$($answer http://sandbox:8025/v0/inboxes) \$($answer http://other:8025/v0/inboxes)" \
    >"$work/answers" </dev/null &
machine=$!
wait "$machine" || { cat "$work/answers" >&2; exit 1; }
machine=""
[ "$(cat "$work/answers")" = "200 403" ] || { cat "$work/answers" >&2; exit 1; }
