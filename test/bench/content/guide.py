# The guide's playbook (test/lab/peers/site.yml) for pyinfra, with the same texts in the same files.
import io, json, os
from pyinfra import host
from pyinfra.facts.files import Directory
from pyinfra.operations import files, server, systemd
from pyinfra.operations.util import any_changed

told = json.load(open(os.environ['BENCH_TOLD']))
sums, mirror, templates = told['sums'], told['mirror'], told['templates']
programs = '/home/programs'
sysctls = {
    'vm.swappiness': '1',
    'vm.dirty_background_ratio': '5',
    'vm.dirty_ratio': '80',
    'net.core.somaxconn': '2048',
    'net.ipv4.tcp_rmem': '4096 65536 2048000',
    'net.ipv4.tcp_wmem': '4096 65536 2048000',
    'net.ipv4.tcp_window_scaling': '1',
    'net.ipv4.tcp_max_syn_backlog': '4096',
}
context = {
    'groups': {'zookeeper': told['groups']['zookeeper']},
    'hostvars': {name: {'myid': told['hosts'][name]['myid']} for name in told['groups']['zookeeper']},
    # As Ansible sets Jinja up.
    'jinja_env_kwargs': {'trim_blocks': True},
}

for key, text in sysctls.items():
    value = [int(word) for word in text.split()] if ' ' in text else int(text)
    server.sysctl(key=key, value=value, persist=True, persist_file='/etc/sysctl.d/60-kafka.conf')
files.directory(path=programs, mode='755')
for path in ['/data/kafka-logs', '/data/zookeeper']:
    files.directory(path=path, mode='750')


def program(archive, link, name=None, variable=None):
    files.download(src=f'{mirror}/{archive}.tar.gz', dest=f'{programs}/{archive}.tar.gz', sha256sum=sums[archive])
    if not host.get_fact(Directory, path=f'{programs}/{archive}'):
        server.shell(commands=[f'tar -C {programs} -xzf {programs}/{archive}.tar.gz'])
    files.link(path=f'{programs}/{link}', target=f'{programs}/{archive}')
    if variable:
        files.block(path='/root/.bashrc', content=f'export {variable}={programs}/{link}', marker='# {mark} ' + name)


def service(name, *settings):
    unit = files.template(src=f'{templates}/unit.j2', dest=f'/etc/systemd/system/{name}.service', mode='644', svc=name)
    systemd.daemon_reload(_if=unit.did_change)
    systemd.service(service=name, running=True, enabled=True)
    systemd.service(service=name, restarted=True, _if=any_changed(unit, *settings))


program('jdk-1.8.0_161', 'jdk', 'java', 'JAVA_HOME')
program('scala-2.11.0', 'scala', 'scala', 'SCALA_HOME')
if 'zookeeper' in host.groups:
    program('zookeeper-3.4.6', 'zookeeper')
    config = files.template(
        src=f'{templates}/zoo.cfg.j2', dest=f'{programs}/zookeeper/conf/zoo.cfg', mode='644', **context
    )
    myid = files.put(src=io.StringIO(f'{host.data.myid}\n'), dest='/data/zookeeper/myid', mode='644')
    service('zookeeper', config, myid)
program('kafka_2.11-0.9.0.1', 'kafka', 'kafka', 'KAFKA_HOME')
properties = files.template(
    src=f'{templates}/server.properties.j2',
    dest=f'{programs}/kafka/config/server.properties',
    mode='644',
    broker_id=host.data.broker_id,
    **context,
)
service('kafka', properties)
