/** Hosts have no way out to a mirror: apt gets a repository of its own on each host's disk, with little to install. */

interface Package {
  readonly name: string
  readonly version: string
  readonly depends?: string
}

/** `kplay-lab-hello` waits in two versions, and `kplay-lab-tool` pulls another one in. */
const packages: readonly Package[] = [
  { name: 'kplay-lab-hello', version: '1.0' },
  { name: 'kplay-lab-hello', version: '2.0' },
  { name: 'kplay-lab-base', version: '1.0' },
  { name: 'kplay-lab-tool', version: '1.0', depends: 'kplay-lab-base' },
]

const build = ({ name, version, depends }: Package): string => `
rm -rf /tmp/deb && mkdir -p /tmp/deb/DEBIAN /tmp/deb/usr/bin
printf '#!/bin/sh\\necho ${name} ${version}\\n' > /tmp/deb/usr/bin/${name}
chmod 755 /tmp/deb /tmp/deb/DEBIAN /tmp/deb/usr /tmp/deb/usr/bin /tmp/deb/usr/bin/${name}
cat > /tmp/deb/DEBIAN/control <<'END'
Package: ${name}
Version: ${version}
Architecture: all
Maintainer: The lab <root@localhost>
${depends ? `Depends: ${depends}\n` : ''}Section: misc
Priority: optional
Description: ${name} ${version}, for tests
END
dpkg-deb --root-owner-group -b /tmp/deb ${name}_${version}_all.deb
{ dpkg-deb -f ${name}_${version}_all.deb
  echo "Filename: ./${name}_${version}_all.deb"
  echo "Size: $(stat -c %s ${name}_${version}_all.deb)"
  echo "SHA256: $(sha256sum ${name}_${version}_all.deb | cut -d' ' -f1)"
  echo
} >> Packages
rm -rf /tmp/deb`

/** A script for inside an image: /srv/packages becomes apt's only source. */
export const packageRepository = `
mkdir -p /srv/packages
cd /srv/packages
${packages.map(build).join('\n')}
echo 'deb [trusted=yes] file:/srv/packages ./' > /etc/apt/sources.list
apt-get update
`
