#!/usr/bin/env bash
# Runs a command with Swift 6 on a Debian-like machine that has none:
#   toolchain.sh swift test --package-path ios
# A Swift 6 or newer on the PATH is used as it is. Otherwise Debian trixie's packages are fetched
# with the machine's own apt (its mirror, proxy, keys), unpacked - not installed - into a cache
# folder, and the command runs there by chroot in a private mount namespace: nothing is installed
# or stays mounted, and no root is needed where user namespaces are allowed.
# Options: --prepare (only make it), --where (print its folder), --bind DIR (show that folder too),
#   --suite NAME --packages "A B" --path DIR (another toolchain: suite, packages, start of PATH)
# Environment: TOOLCHAIN_CACHE (${XDG_CACHE_HOME:-~/.cache}/debian-toolchains), TOOLCHAIN_TREE (bound
#   read-write; the git work tree of this script, else the folder above this/), TOOLCHAIN_MIRROR,
#   TOOLCHAIN_KEYRING, TOOLCHAIN_HOST=no (ignore a Swift of the machine)
set -euo pipefail
{ # bash reads the whole block before it runs it, so the file may change meanwhile
suite=trixie packages='swiftlang libstdc++-14-dev libc6-dev zbar-tools' path=/usr/libexec/swift/bin
format=1 # raise it when the way a toolchain is unpacked changes
mode=run native=swift binds=()
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --suite) suite=$2 native=; shift 2 ;;
    --packages) packages=$2 native=; shift 2 ;;
    --path) path=$2; shift 2 ;;
    --bind) binds+=("$2"); shift 2 ;;
    --prepare | --where) mode=${1#--}; shift ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
    -*) die "unknown option $1" ;;
    *) break ;;
  esac
done
[ "$mode" != run ] || [ $# -gt 0 ] || die "no command given (try --help)"

# 1. A Swift that is already there.
if [ -n "$native" ] && [ "${TOOLCHAIN_HOST:-yes}" != no ]; then
  for dir in '' "$path/"; do
    command -v "$dir$native" > /dev/null || continue
    major=$("$dir$native" --version 2> /dev/null | sed -n 's/.*Swift version \([0-9]*\).*/\1/p' | head -n 1)
    [ "${major:-0}" -ge 6 ] || continue
    [ -z "$dir" ] || export PATH="$path:$PATH"
    case $mode in where) command -v "$native"; exit ;; prepare) exit ;; run) exec "$@" ;; esac
  done
fi

# 2. Where things are.
PATH=$PATH:/usr/sbin:/sbin
for tool in apt-get dpkg-deb flock unshare chroot; do
  command -v "$tool" > /dev/null || die "no Swift 6 on the PATH, and no '$tool' to get one: install Swift 6"
done
arch=$(dpkg --print-architecture)
cache=${TOOLCHAIN_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/debian-toolchains}
mkdir -p "$cache"; cache=$(cd "$cache" && pwd -P)
name=$suite-$arch-$(printf '%s\n' "$format" "$suite" "$arch" "$packages" | sha256sum | cut -c1-8)
root=$cache/$name work=$cache/.work-$name fresh=$cache/.new-$name
[ "$mode" != where ] || { printf '%s\n' "$root"; exit; }

# 3. A private mount namespace: with root, with a user namespace, or with sudo.
can() { "$@" true 2> /dev/null; }
if [ "$(id -u)" = 0 ] && can unshare --mount; then enter=(unshare --mount)
elif can unshare --user --map-root-user --mount; then enter=(unshare --user --map-root-user --mount)
elif can sudo -n -E unshare --mount; then enter=(sudo -n -E unshare --mount)
else die "no mount namespace here: use an image with Swift 6, or Debian 13 with 'apt-get install swiftlang'"; fi
visible=() cwd=/
in_root() { # ROOT COMMAND...: whatever is mounted here goes with the command
  local r=$1 ids=; shift
  [ "${enter[0]}" != sudo ] || ids=$(id -u):$(id -g)
  local set=(PATH="$path:/usr/sbin:/usr/bin" HOME=/root TMPDIR=/var/tmp LC_ALL=C.UTF-8)
  # shellcheck disable=SC2016
  "${enter[@]}" bash -euc '
    r=$1 cwd=$2 ids=$3 n=$4; shift 4
    for d in /proc /dev /tmp; do mount --rbind "$d" "$r$d"; done
    for f in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
      [ ! -s "$f" ] || mount --bind "$f" "$r$f"
    done
    while [ "$n" -gt 0 ]; do
      d=$1 n=$((n - 1)); shift
      [ ! "$d" -ef "$r$d" ] || continue # already there, by way of /tmp
      mkdir -p "$r$d"; mount --rbind "$d" "$r$d"
    done
    exec chroot ${ids:+--userspec="$ids"} "$r" /usr/bin/env -u LD_LIBRARY_PATH -u LD_PRELOAD -C "$cwd" "$@"
  ' bash "$r" "$cwd" "$ids" "${#visible[@]}" "${visible[@]}" "${set[@]}" "$@"
}

# 4. Make the toolchain, once.
mirrors() { # apt itself says which archives the machine uses: any format, no lists, no root needed
  if [ -n "${TOOLCHAIN_MIRROR:-}" ]; then printf '%s\n' "${TOOLCHAIN_MIRROR%/}"; return; fi
  apt-get update --print-uris 2> /dev/null | sed -n "s,^'\(.*\)/dists/[^ ]*/InRelease' .*,\1,p" |
    grep -v -e '-security$' | awk '!seen[$0]++'
}
keyrings() { # at last none: whatever the machine's apt trusts
  # shellcheck disable=SC2086
  printf '%s\n' ${TOOLCHAIN_KEYRING:-$(ls /usr/share/keyrings/debian-archive-keyring.[gp]* 2> /dev/null)} ''
}
apt() { apt-get -c "$work/apt.conf" -q -y "$@"; }
unpack() {
  mkdir -p "$work"/{lists,archives}/partial; : > "$work/status"
  cat > "$work/apt.conf" << CONF
#clear APT::Architectures;
#clear APT::Default-Release;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT { Architecture "$arch"; Architectures { "$arch"; }; Install-Recommends "false"; Sandbox::User ""; };
Dir { State "$work"; State::lists "$work/lists"; State::status "$work/status"; Cache "$work"; Cache::archives "$work/archives"; };
Dir::Etc { sourcelist "$work/apt.sources"; sourceparts "/dev/null"; preferences "/dev/null"; preferencesparts "/dev/null"; };
Debug::NoLocking "true";
CONF
  local mirror keyring found=
  while read -r mirror; do
    while IFS= read -r keyring; do
      { printf 'Types: deb\nURIs: %s/\nSuites: %s\nComponents: main\nTargets: Packages\n' "$mirror" "$suite"
        [ -z "$keyring" ] || printf 'Signed-By: %s\n' "$keyring"; } > "$work/apt.sources"
      if apt -o APT::Update::Error-Mode=any update > "$work/log" 2>&1; then found=$mirror; break 2; fi
    done < <(keyrings)
  done < <(mirrors)
  [ -n "$found" ] || { cat "$work/log" >&2 || :; die "no archive of this machine has Debian $suite: set TOOLCHAIN_MIRROR"; }
  say "fetching $suite packages from $found"
  # shellcheck disable=SC2086
  apt install --download-only '?essential' $packages > "$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; die "apt failed"; }
  say "unpacking $(find "$work/archives" -name '*.deb' | wc -l) packages"
  rm -rf "$fresh"; mkdir "$fresh"
  # shellcheck disable=SC2016
  local x='dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --no-same-owner --delay-directory-restore'
  bash -o pipefail -c "$x" x "$work"/archives/base-files_*.deb "$fresh" # first: it has /bin -> usr/bin and the like
  find "$work/archives" -name '*.deb' ! -name 'base-files_*' -print0 |
    xargs -0 -P "$(nproc)" -I{} bash -o pipefail -c "$x" x {} "$fresh"
  # What maintainer scripts would have done, as far as a compiler needs it.
  find "$fresh" -xdev -perm /6000 -type f -exec chmod u-s,g-s {} +
  ln -sf gcc "$fresh/usr/bin/cc"; ln -sf g++ "$fresh/usr/bin/c++"; ln -sf mawk "$fresh/usr/bin/awk"
  printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n' > "$fresh/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' > "$fresh/etc/group"
  mkdir -p "$fresh"/{proc,dev,tmp,root,etc/ssl/certs}; chmod 1777 "$fresh/root" "$fresh/var/tmp"
  touch "$fresh"/etc/{resolv.conf,hosts} "$fresh/etc/ssl/certs/ca-certificates.crt"
  (cd "$work/archives" && ls -- *.deb) > "$fresh/packages.txt"
  in_root "$fresh" ${native:-true} --version > "$work/log" 2>&1 || { cat "$work/log" >&2; die "what was unpacked does not run"; }
  mv -T "$fresh" "$root" # complete from here on
  rm -rf "$work"
}
if [ ! -d "$root" ]; then
  exec 9> "$cache/.lock-$name"
  flock -n 9 || { say "another run is making $name: waiting"; flock 9; }
  if [ ! -d "$root" ]; then
    [ "$(df -Pk "$cache" | awk 'NR == 2 { print $4 }')" -gt 4000000 ] || die "4 GB of space needed in $cache"
    begin=$SECONDS
    unpack
    say "ready after $((SECONDS - begin)) s: $root"
  fi
  exec 9>&-
fi
[ "$mode" = run ] || exit 0

# 5. Run.
find "$root/var/tmp" -mindepth 1 -maxdepth 1 -mtime +1 -exec rm -rf {} + 2> /dev/null || : # SwiftPM leaves folders behind
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
tree=${TOOLCHAIN_TREE:-$(git -C "$here" rev-parse --show-toplevel 2> /dev/null || printf '%s' "${here%/*}")}
tree=$(cd "$tree" && pwd -P) cwd=$(pwd -P)
case $tree in /|/usr|/etc|/var|/root|/home|/bin|/sbin|/lib*|/proc*|/dev*|/sys*|/run|/boot*) die "will not bind $tree: set TOOLCHAIN_TREE" ;; esac
visible=("$tree" ${binds[@]+"${binds[@]}"})
case ${cwd%/}/ in
  "$tree"/*) ;;
  /|/usr/*|/etc/*|/var/|/root/|/home/|/bin/*|/sbin/*|/lib*|/proc/*|/dev/*|/sys/*|/run/*|/boot/*) cwd=$tree ;; # it has its own
  *) visible+=("$cwd") ;;
esac
in_root "$root" "$@"
exit
}
