import { defineAlias } from '../module/define.ts'
import { flag, list, path, text, whole } from '../schema/field.ts'
import { ansibleFields, attributeFields } from './_attributes.ts'

export const unarchive = defineAlias({
  name: 'unarchive',
  files: true,
  summary: "Ansible's name for `extract`.",
  args: {
    src: text({ help: 'The archive: on the controller, with remote_src on the host, or a URL.' }),
    dest: path({ help: 'The folder to extract into.' }),
    remote_src: flag({ default: false, help: 'The archive is on the host, or a URL that the host downloads.' }),
    copy: flag({ optional: true, help: 'The opposite of remote_src, as in old playbooks.' }),
    creates: path({ optional: true, help: 'Nothing is extracted when this is there.' }),
    include: list(text({ help: 'Name.' }), { default: [], help: 'Only these files and folders of the archive.' }),
    exclude: list(text({ help: 'Name.' }), { default: [], help: 'All but these.' }),
    extra_opts: list(text({ help: 'Option.' }), { default: [], help: 'Options of tar, as far as they are safe.' }),
    keep_newer: flag({ default: false, help: 'Leave files that are newer than those of the archive.' }),
    list_files: flag({ default: false, help: 'Register the names of all that was extracted.' }),
    ...attributeFields,
    validate_certs: flag({ default: true, help: "For a URL: check the server's certificate." }),
    decrypt: flag({ default: true, help: 'An archive of the controller that a vault encrypts is extracted in clear.' }),
    io_buffer_size: whole({ default: 65536, help: 'Taken from Ansible; nothing comes of it.' }),
    ...ansibleFields,
  },
  examples: [
    {
      title: 'An archive that is on the host',
      args: {
        src: '/home/programs/zookeeper-3.4.6.tar.gz',
        dest: '/home/programs',
        remote_src: true,
        creates: '/home/programs/zookeeper-3.4.6',
      },
    },
  ],
  rule: ({ copy, remote_src }) => (copy === true && remote_src ? 'give copy or remote_src, not both' : undefined),
  to: ({ copy, remote_src, io_buffer_size: _, ...same }) => ({
    module: 'extract',
    args: { ...same, remote_src: remote_src || copy === false },
  }),
})
