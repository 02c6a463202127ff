const VAULT: Readonly<Record<string, string>> = { encrypt_string: 'encrypt-string' }

/** The same command line in kplay's words. */
export function wordsOfKplay(command: string, words: readonly string[]): readonly string[] {
  switch (command) {
    case 'ansible-playbook':
      return ['run', ...words]
    case 'ansible':
      return ['exec', ...words]
    case 'ansible-inventory':
      return ['inventory', ...words]
    default:
      return ['vault', ...words.map((word) => VAULT[word] ?? word)]
  }
}
