// Puts the command into one file (npm run build): hundreds of small modules cost more to find and read than to run.
import { build } from 'rolldown'

await build({
  input: 'dist/engine/cli/main.js',
  platform: 'node',
  external: ['cpu-features'],
  logLevel: 'warn',
  plugins: [
    {
      name: 'native-modules',
      // What is compiled on the machine stays with its package, which does without where it is absent.
      resolveId: (id) =>
        id.endsWith('sshcrypto.node')
          ? { id: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node', external: true }
          : undefined,
    },
  ],
  output: { file: 'dist/engine/bundle/main.cjs', format: 'cjs', codeSplitting: false, comments: false },
})
