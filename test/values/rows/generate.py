"""Asks real ansible-core what every row of the tables gives, and writes the answers into the tables.

    python generate.py TABLE.txt …         the answers of the ansible-core of this Python: the column that counts
    python generate.py --note 2.14 TABLE.txt …   adds "  ‖  2.14: …" where that older one answers differently

A row is `source  =>  answer`; a line break of the source is written ⏎. An answer is `type:repr` of the value, or
`error:` and its kind: `undefined`, `syntax` (found before anything is computed) or `failed`. A source that begins with
`?` is a condition; the sources of templates*.txt are template files. Variables are in TABLE.json or variables.json: text
with braces in it is a template there, except below a name that begins with `hostile`. Lookups find their files in files/.
In differs.txt the first answer is kplay's own and stays.
"""

import json
import os
import re
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ARROW, NOTE, WHY = '  =>  ', '  ‖  ', '  # '
SECONDS = 20

os.environ.update(HOME='/root', KPLAY_ROW='from the environment', ANSIBLE_DEPRECATION_WARNINGS='false')
os.environ.pop('ANSIBLE_CONFIG', None)
os.chdir(os.path.join(HERE, 'files'))

from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.plugins import loader as plugins  # noqa: E402
from ansible.template import Templar  # noqa: E402
from ansible.utils.unsafe_proxy import wrap_var  # noqa: E402

try:
    from ansible.template import trust_as_template
except ImportError:  # before 2.19 every text is a template, unless it is wrapped
    trust_as_template = str

if hasattr(plugins, 'init_plugin_loader'):
    plugins.init_plugin_loader([])
MODERN = trust_as_template is not str


def marked(value, data=False):
    """Variables as Ansible holds them: templates trusted, data not."""
    if isinstance(value, dict):
        return {key: marked(item, data or key.startswith('hostile')) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item, data) for item in value]
    if not isinstance(value, str):
        return value
    if data:
        return value if MODERN else wrap_var(value)
    return trust_as_template(value) if '{' in value else value


def plain(value):
    """The value in Python's own types."""
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    for kind in (bool, int, float, str, bytes):
        if isinstance(value, kind):
            return kind(str.__str__(value)) if kind is str else kind(value)
    return value


def name_of(value):
    return next((kind.__name__ for kind in (bool, int, float, str, bytes, list, dict) if isinstance(value, kind)), type(value).__name__)


def value_of(templar, source, as_file):
    if as_file:
        with open('templates/row.j2', 'w', encoding='utf8', newline='') as file:
            file.write(source)
        return templar.template(trust_as_template("{{ lookup('template', 'row.j2') }}|"))[:-1]
    if source.startswith('?'):
        return condition(templar, source[1:])
    return templar.template(trust_as_template(source)) if '{' in source else source


def answer(source, variables, as_file):
    loader = DataLoader()
    loader.set_basedir(os.getcwd())
    templar = Templar(loader=loader, variables=variables)
    try:
        value = plain(value_of(templar, source, as_file))
        if name_of(value) == 'object':
            return 'omit'
        return re.sub(' at 0x[0-9a-f]+', '', f'{name_of(value)}:{value!r}')
    except TimeoutError:
        raise
    except BaseException as error:  # whatever it is, the row failed
        return f'error:{kind_of(error)}'


def condition(templar, text):
    if hasattr(templar, 'evaluate_conditional'):
        return templar.evaluate_conditional(trust_as_template(text))
    from ansible.playbook.conditional import Conditional
    asked = Conditional(loader=DataLoader())
    asked.when = [text]
    return asked.evaluate_conditional(templar, templar.available_variables)


def kind_of(error):
    names = []
    while error is not None:
        names.append(type(error).__name__)
        if 'is undefined' in str(error) and 'conditional check' in str(error):
            names.append('Undefined')
        if re.search(r'(?:template error while templating string|No (?:filter|test) named|unexpected)', str(error)):
            names.append('SyntaxError')
        error = error.__cause__
    if any('SyntaxError' in name or 'PluginNotFound' in name for name in names):
        return 'syntax'
    return 'undefined' if any('Undefined' in name for name in names) else 'failed'


def asked(source, variables, as_file):
    """The answer, unless it takes too long."""
    def late(*_):
        raise TimeoutError
    signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        return answer(source.replace('⏎', '\n'), variables, as_file)
    except TimeoutError:
        return 'error:late'
    finally:
        signal.alarm(0)


def same(new, old):
    """Whether only the type differs: before 2.19 a number of a template was text."""
    if new == old:
        return True
    value = new.partition(':')[2]
    return not new.startswith('error') and old in (f'str:{value!r}', f"str:'{'' if value == 'None' else value}'")


def rewritten(line, variables, note, as_file):
    if line == '' or line.startswith('# ') or ARROW not in line:
        return line
    source, _, rest = line.partition(ARROW)
    rest, _, why = rest.partition(WHY)
    want, _, old = rest.partition(NOTE)
    got = asked(source, variables, as_file)
    if note is None:
        notes = old if not why else f'2.21: {got}'
        want = got if not why else want
    else:
        notes = '' if same(want, got) else f'{note}: {got}'
        notes = notes if not why else old
    return source + ARROW + want + (NOTE + notes if notes else '') + (WHY + why if why else '')


def main(arguments):
    note = None
    if arguments[0] == '--note':
        note, arguments = arguments[1], arguments[2:]
    for name in arguments:
        path = os.path.join(HERE, name)
        with open(path, encoding='utf8') as file:
            lines = file.read().split('\n')
        variables = variables_of(path)
        lines = [rewritten(line, variables, note, name.startswith('templates')) for line in lines]
        with open(path, 'w', encoding='utf8') as file:
            file.write('\n'.join(lines))
    if os.path.exists('templates/row.j2'):
        os.remove('templates/row.j2')


def variables_of(path):
    own = path.replace('.txt', '.json')
    with open(own if os.path.exists(own) else os.path.join(HERE, 'variables.json'), encoding='utf8') as file:
        variables = marked(json.load(file))
    variables['ansible_search_path'] = [os.getcwd()]
    variables['role_path'] = os.getcwd()
    if not MODERN:
        variables['omit'] = '__omit_place_holder__'
    return variables


main(sys.argv[1:])
