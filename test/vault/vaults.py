"""Writes vaults.json: what ansible-vault makes. Run by hand where ansible-core is: python3 vaults.py > vaults.json"""

import base64
import json

from ansible.parsing.vault import VaultLib, VaultSecret

CONTENTS = [
    b"hunter2",
    b"",
    b"exactly 16 bytes",
    b"a: 1\nb: [x, y]\n",
    "grüße, 世界\n".encode(),
    bytes(range(256)),
    b"long " * 400,
]
PASSWORDS = [b"secret", "pässwörd ".encode().strip(), b"x" * 100]
IDS = [None, "default", "prod"]

rows = []
for number, content in enumerate(CONTENTS):
    password = PASSWORDS[number % len(PASSWORDS)]
    vault_id = IDS[number % len(IDS)]
    salt = f"salt {number}" if number % 2 else None
    vault = VaultLib().encrypt(content, VaultSecret(password), vault_id, salt)
    rows.append(
        {
            "content": base64.b64encode(content).decode(),
            "password": password.decode(),
            "id": vault_id,
            "salt": salt,
            "vault": vault.decode(),
        }
    )
print(json.dumps(rows, indent=2))
