# The tasks that test/bench/tasks.ts makes for the others, for pyinfra.
import io, json, os
from pyinfra import host
from pyinfra.operations import files, server

base = f'/srv/bench/{host.name}'
for task in json.load(open(os.environ['BENCH_TOLD']))['tasks']:
    kind, number = task['kind'], task['number']
    if kind == 'directory':
        files.directory(path=f'{base}/d{number}', mode='755')
    elif kind == 'copy':
        files.put(src=io.StringIO(f'text {number} of {host.name}\n'), dest=f'{base}/f{number}', mode='644')
    elif kind == 'link':
        files.link(path=f'{base}/l{number}', target='/etc/hostname')
    elif kind == 'line':
        files.line(path=f'{base}/lines', line=f'setting{number}=1')
    else:
        server.shell(commands=['true'])
