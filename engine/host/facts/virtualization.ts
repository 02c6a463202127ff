import type { Facts } from '../facts.ts'
import { firmwareText } from './hardware.ts'
import type { Source } from './source.ts'

type Found = readonly [name: string, role: 'guest' | 'host']

/** What it runs in or serves as, in Ansible's words: the first that is found is the type, all are listed. */
export function virtualizationFacts(source: Source): Facts {
  const found = [...containers(source), ...machines(source), ...hosts(source)]
  const [type, role] = found[0] ?? ['NA', 'NA']
  const named = (wanted: string) => [...new Set(found.filter(([, role]) => role === wanted).map(([name]) => name))]
  return {
    virtualization_type: type,
    virtualization_role: role,
    virtualization_tech_guest: named('guest'),
    virtualization_tech_host: named('host'),
  }
}

function* containers(source: Source): Generator<Found> {
  const groups = source.lines('/proc/1/cgroup').join('\n')
  const there = new Set(source.words('there'))
  const declared = /^container=(.+)$/m.exec(source.section('container'))?.[1]
  const systemd = source.text('/run/systemd/container')
  if (/\/docker(?:\/|-[0-9a-f]+\.scope)/.test(groups)) yield ['docker', 'guest']
  if (/\/lxc\/|machine\.slice\/machine-lxc/.test(groups)) yield ['lxc', 'guest']
  if (/\/system\.slice\/containerd\.service/.test(groups)) yield ['containerd', 'guest']
  if (declared === 'lxc' || declared === 'podman') yield [declared, 'guest']
  if (declared !== undefined) yield ['container', 'guest']
  if (there.has('/proc/vz') && !there.has('/proc/lve')) yield ['openvz', there.has('/proc/bc') ? 'host' : 'guest']
  if (systemd !== undefined) yield [systemd, 'guest']
  if (there.has('/.dockerenv') || there.has('/.dockerinit')) yield ['docker', 'guest']
  if (there.has('/proc/xen'))
    yield ['xen', /control_d/.test(source.text('/proc/xen/capabilities') ?? '') ? 'host' : 'guest']
  if (systemd !== undefined) yield ['container', 'guest']
}

/** Where a virtual machine betrays itself: the firmware's text, how it begins, and whose it is. */
const FIRMWARE: readonly (readonly [field: string, text: RegExp, type: string])[] = [
  ['product_name', /^(KVM|KVM Server|Bochs|AHV)$/, 'kvm'],
  ['sys_vendor', /^oVirt$/, 'oVirt'],
  ['product_name', /^RHEV Hypervisor$/, 'RHEV'],
  ['product_name', /^VMware/, 'VMware'],
  ['product_name', /^OpenStack (Compute|Nova)$/, 'openstack'],
  ['bios_vendor', /^Xen$/, 'xen'],
  ['bios_vendor', /^innotek GmbH$/, 'virtualbox'],
  ['bios_vendor', /^(Amazon EC2|DigitalOcean|Hetzner)$/, 'kvm'],
  ['sys_vendor', /^(QEMU|Amazon EC2|DigitalOcean|Google|Scaleway|Nutanix)$/, 'kvm'],
  ['sys_vendor', /^KubeVirt$/, 'KubeVirt'],
  ['sys_vendor', /^Microsoft Corporation$/, 'VirtualPC'],
  ['sys_vendor', /^Parallels Software International Inc\.$/, 'parallels'],
  ['sys_vendor', /^OpenStack Foundation$/, 'openstack'],
]

function* machines(source: Source): Generator<Found> {
  for (const [field, text, type] of FIRMWARE) {
    if (text.test(firmwareText(source, field) ?? '')) yield [type, 'guest']
  }
  const processors = source.lines('/proc/cpuinfo').join('\n')
  if (/^model name.*QEMU Virtual CPU/m.test(processors)) yield ['kvm', 'guest']
  if (/^vendor_id.*User Mode Linux/m.test(processors)) yield ['uml', 'guest']
  if (/^vendor_id.*PowerVM Lx86/m.test(processors)) yield ['powervm_lx86', 'guest']
  if (/^vendor_id.*IBM\/S390/m.test(processors)) yield ['PR/SM', 'guest']
}

function* hosts(source: Source): Generator<Found> {
  const modules = new Set(source.lines('/proc/modules').map((line) => line.split(' ', 1)[0]))
  if (modules.has('kvm')) yield ['kvm', 'host']
  if (modules.has('vboxdrv')) yield ['virtualbox', 'host']
  if (modules.has('virtio') && !modules.has('kvm')) yield ['kvm', 'guest']
}
