"""measure.py GROUP REPORT COMMAND...: runs a command in a control group of its own and writes what it took as JSON.

Wall time is from fork to exit; CPU time is that of the group, so also of processes that the command left behind, which
are ended afterwards. Peak memory: every process of the group counts with its proportional share (Pss, proc_pid_smaps(5)),
sampled; a single process that was larger between two samples is known by wait4(2).
"""
import json, os, signal, sys, threading, time

group, report, command = sys.argv[1], sys.argv[2], sys.argv[3:]
peak = 0
ended = threading.Event()


def members():
    with open(group + '/cgroup.procs') as file:
        return [int(line) for line in file]


def share(pid):
    try:
        with open('/proc/%d/smaps_rollup' % pid) as file:
            for line in file:
                if line.startswith('Pss:'):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def sample():
    global peak
    since = time.monotonic()
    while not ended.wait(0.05 if time.monotonic() - since < 5 else 0.25):
        peak = max(peak, sum(map(share, members())))


def used():
    with open(group + '/cpu.stat') as file:
        return dict(line.split() for line in file)


os.makedirs(group, exist_ok=True)
before = used()
ready, go = os.pipe()
child = os.fork()
if child == 0:
    os.close(go)
    os.read(ready, 1)
    os.execvp(command[0], command)
os.close(ready)
with open(group + '/cgroup.procs', 'w') as file:
    file.write(str(child))
sampler = threading.Thread(target=sample, daemon=True)
sampler.start()
start = time.monotonic()
os.close(go)
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - start
after = used()
ended.set()
sampler.join()
# A process that has ended counts as a member for a moment more.
for _ in range(500):
    for pid in members():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    try:
        os.rmdir(group)
    except OSError:
        time.sleep(0.02)
    if not os.path.exists(group):
        break
with open(report, 'w') as file:
    json.dump({
        'code': os.waitstatus_to_exitcode(status),
        'wall': wall,
        'cpu': (int(after['usage_usec']) - int(before['usage_usec'])) / 1e6,
        'memory': max(peak, usage.ru_maxrss) * 1024,
    }, file)
