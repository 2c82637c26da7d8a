"""Results in benchmarks/README.md: each stands between its two marks, with command, date, commit and machine."""
import datetime
import os
import platform
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def machine():
    model = platform.machine()
    with open("/proc/cpuinfo") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
    return f"{os.cpu_count()} cores, {model}, Linux {platform.release()}"


def write_result(name, command, text):
    """Replaces what stands between `<!-- result: NAME -->` and the next `<!-- end`."""
    readme = os.path.join(ROOT, "benchmarks", "README.md")
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    with open(readme) as file:
        whole = file.read()
    begin = f"<!-- result: {name} -->\n"
    before, rest = whole.split(begin, 1)
    result = f"`{command}`, {datetime.date.today()}, commit {commit}, {machine()}.\n\n{text}\n"
    with open(readme, "w") as file:
        file.write(before + begin + result + rest[rest.index("<!-- end"):])
