#!/usr/bin/env bash
# Installs the proxies of `npm run test:proxies` where they are missing, on Debian, without
# starting their services. Does nothing where all are there.
set -eu

packages=(nginx haproxy apache2 caddy varnish trafficserver squid)

missing=()
for package in "${packages[@]}"; do
  # removed packages leave a status too: 'ii' alone means installed
  dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "not installed: ${missing[*]}; on Debian, as root: apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi

# a package's own service would take port 80: this tells its scripts not to start it
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
echo "installed: ${missing[*]}"
