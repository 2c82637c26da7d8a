"""Makes images from one static program, without an engine and without a network."""
import hashlib
import io
import json
import tarfile


def archive(program, name, labels=None, environment=(), command=("/model",)):
    """What `docker save` would write for an image with this program as /model. The same input gives the same bytes."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for folder in ("tmp", "mnt", "mnt/models", "scratch"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        with open(program, "rb") as file:
            add(tar, "model", file.read(), 0o755)
    layer = layer.getvalue()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
        "config": {"Cmd": list(command), "Env": list(environment), "Labels": labels or {}, "User": "65534:65534", "Volumes": {"/scratch": {}}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created": "2026-01-01T00:00:00Z"}]}, sort_keys=True).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [name], "Layers": ["layer.tar"]}]).encode()
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, text in ((config_name, config), ("layer.tar", layer), ("manifest.json", manifest)):
            add(tar, path, text, 0o644)
    return whole.getvalue()


def add(tar, path, text, mode):
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(text), mode
    tar.addfile(entry, io.BytesIO(text))
