import { defineModule } from '../module/define.ts'
import { flag, path, text } from '../schema/field.ts'
import { basename, join, normalized } from './_path.ts'
import { named, refusal } from './_refuse.ts'

export const fetch = defineModule({
  name: 'fetch',
  summary: 'Brings a file of the host to the controller.',
  notes:
    'It lands in `dest/HOST/PATH`, or with `flat` in `dest` itself; a relative `dest` counts from the folder of the playbook. It is brought only when what is there has another digest, and put in place whole. Links are followed; folders are not brought.',
  args: {
    src: path({ help: 'The file on the host.' }),
    dest: text({
      pattern: /^[^\0]+$/,
      help: 'Folder on the controller, or with `flat` the file; a folder then ends with a slash.',
    }),
    flat: flag({ default: false, help: 'Leave the name of the host and the path on it out.' }),
    fail_on_missing: flag({ default: true, help: 'Fail when the file is not there.' }),
    validate_checksum: flag({ default: true, help: 'Fail when what came is not what was there.' }),
  },
  examples: [
    { title: 'One of each host', args: { src: '/etc/os-release', dest: 'fetched' } },
    { title: 'Under a name of its own', args: { src: '/var/lib/app/token', dest: 'secrets/token', flat: true } },
  ],

  async probe({ src, dest, flat }, reader, local) {
    const inside = flat
      ? local.outside(dest) + (dest.endsWith('/') ? `/${basename(src)}` : '')
      : join(local.outside(dest), `${local.host}${src}`)
    const place = normalized(inside) ?? inside
    const [entry, kept] = await Promise.all([reader.stat(src), local.kept(place)])
    const isFile = entry?.kind === 'file' || entry?.kind === 'unknown'
    return {
      place,
      there: kept?.kind ?? 'absent',
      checksum: kept?.sha1 ?? null,
      md5: kept?.md5 ?? null,
      source: entry?.kind ?? 'absent',
      size: entry?.size ?? 0,
      sum: isFile ? ((await reader.digest(src, 'sha1')) ?? null) : null,
    }
  },

  want({ fail_on_missing, validate_checksum }, { source, sum }) {
    if (sum === null) return fail_on_missing || source === 'unknown' ? { source: 'file' } : {}
    // One that grows meanwhile is never what it was a moment ago.
    return validate_checksum ? { checksum: sum } : {}
  },
  must: ({ validate_checksum }, { sum, checksum }) => !validate_checksum && sum !== null && sum !== checksum,

  apply({ src, validate_checksum }, { source, sum, place, there, size }) {
    if (source === 'absent') throw refusal(`there is no file ${src}`, 'set fail_on_missing: false if that may be')
    if (sum === null) throw refusal(`${src} is ${named(source)}, not a file`)
    if (there === 'dir')
      throw refusal(`${place} is a folder on the controller`, 'end dest with a slash to put the file into it')
    return [{ kind: 'keep', from: src, to: place, size, sha1: validate_checksum ? sum : undefined }]
  },

  result({ src }, now, after) {
    if (now.sum === null)
      return {
        file: src,
        msg:
          now.source === 'dir'
            ? 'remote file is a directory, fetch cannot work on directories, not transferring, ignored'
            : 'the remote file does not exist, not transferring, ignored',
      }
    return {
      file: src,
      dest: after.place,
      checksum: after.checksum,
      md5sum: after.md5,
      remote_checksum: now.sum,
      remote_md5sum: null,
    }
  },
})
