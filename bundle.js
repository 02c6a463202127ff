// Puts the command into one file (npm run build): hundreds of small modules cost more to find and read than to run.
import { readFileSync, writeFileSync } from 'node:fs'
import { build } from 'rolldown'

const file = 'dist/engine/bundle/main.cjs'

await build({
  input: 'dist/engine/cli/main.js',
  platform: 'node',
  logLevel: 'warn',
  plugins: [
    {
      name: 'native-modules',
      // What is compiled on the machine stays with its package, which does without where it is absent.
      resolveId(id) {
        if (id.endsWith('sshcrypto.node'))
          return { id: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node', external: true }
        // It only tells ssh2 which ciphers to prefer, and takes longer to find than it gains.
        return id === 'cpu-features' ? '\0cpu-features' : undefined
      },
      load: (id) => (id === '\0cpu-features' ? 'module.exports = () => undefined' : undefined),
    },
  ],
  output: { file, format: 'cjs', codeSplitting: false, comments: false },
})

// With letters of one byte alone it is half as large in memory, and read in no time; as a function it is started as it stands.
const text = readFileSync(file, 'utf8').replace(
  /[^\0-\x7f]/g,
  (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
)
writeFileSync(file, `(function (exports, require, module, __filename, __dirname) { ${text}\n})`)
