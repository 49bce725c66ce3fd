"""Unpacks wheels into a new interpreter, or says why one is refused. It runs before any code of a guest, in its process."""

import base64
import csv
import email.parser
import hashlib
import importlib
import io
import os
import re
import sys
import zipfile

_SITE = "/lib/python3.14/site-packages"
_PLATFORM = "pyemscripten_2026_0_wasm32"
_NATIVE_ENDS = (".cpython-314-wasm32-emscripten.so", ".abi3.so")
_MOST_BYTES = 128 * 1024 * 1024
_MOST_FILES = 20_000
_MOST_WORDS = 1_000
_NAME = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._]*[A-Za-z0-9])?)-(?P<version>[A-Za-z0-9._+!]+)(?:-(?P<build>\d[A-Za-z0-9_.]*))?"
    r"-(?P<python>[a-z0-9_.]+)-(?P<abi>[a-z0-9_.]+)-(?P<platform>[A-Za-z0-9_.]+)\.whl",
    re.ASCII,
)
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}", re.ASCII)
_OURS = {"js", "pyodide", "pyodide_js", "sitecustomize", "usercustomize", "lib2to3"}


class Refused(Exception):
    pass


def install(files, bytes_of):
    """Unpacks all of them, in their order, and gives name, version and modules of each."""
    known = {}
    owners = {}
    found = []
    left = [_MOST_BYTES, _MOST_FILES]
    for at, file in enumerate(files):
        try:
            found.append(_install(file, bytes_of(at), known, owners, left))
        except Refused as refused:
            raise Refused(f"{file}: {_cut(refused)}") from None
        except Exception as error:
            raise Refused(f"{file}: it is no wheel that can be read ({type(error).__name__}: {_cut(error)})") from None
    importlib.invalidate_caches()
    return found


def _cut(error):
    words = str(error)
    return words if len(words) <= _MOST_WORDS else words[:_MOST_WORDS] + "…"


def _install(file, data, known, owners, left):
    said = _NAME.fullmatch(file)
    if said is None:
        raise Refused("its name is not that of a wheel")
    native = _is_native(said)
    with zipfile.ZipFile(io.BytesIO(data)) as wheel:
        infos = [info for info in wheel.infolist() if not info.is_dir()]
        _check_sizes(infos, left)
        _check_paths(infos)
        meta = _dist_info(infos, said)
        contents = {info.filename: wheel.read(info) for info in infos}
    _check_metadata(contents, meta, said, native)
    _check_record(contents, meta)
    placed = _placed(contents, meta, said)
    modules = sorted({_module_of(path, native, placed[path]) for path in placed if not path.startswith(meta + "/")} - {None})
    if not modules:
        raise Refused("it has no module to import")
    _check_owners(file, said, placed, modules, owners)
    for path, content in placed.items():
        folded = path.casefold()
        if folded in known:
            raise Refused(f"it has the file {path}, which {known[folded]} has too")
        known[folded] = file
        place = os.path.join(_SITE, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as out:
            out.write(content)
    return {"name": said["name"], "version": said["version"], "imports": modules}


def _check_owners(file, said, placed, modules, owners):
    """Two wheels are not the same package, and no module of one hides a module of the other."""
    other = owners.setdefault(_same(said["name"]), file)
    if other != file:
        raise Refused(f"it is another {said['name']} than {other}")
    folders = {path.partition("/")[0] for path in placed if "/" in path}
    for module in modules:
        shared = module in folders
        other, shares = owners.setdefault((module,), (file, shared))
        if other != file and not (shared and shares):
            raise Refused(f"it has the module {module}, which {other} has too")


def _is_native(said):
    """Whether its tags say that it has native code, for this engine; refused where no tag of it fits."""
    pythons, abis, platforms = (said[part].split(".") for part in ("python", "abi", "platform"))
    if "none" in abis and "any" in platforms:
        if any(python in ("py3", "py314", "cp314") or re.fullmatch(r"py3\d", python) for python in pythons):
            return False
    elif _PLATFORM in platforms:
        if "cp314" in pythons and ("cp314" in abis or "none" in abis):
            return True
        if "abi3" in abis and any(re.fullmatch(r"cp3\d|cp31[0-4]", python) for python in pythons):
            return True
    tags = f"{said['python']}-{said['abi']}-{said['platform']}"
    raise Refused(f"it is made for {tags}; this engine takes py3-none-any and cp314-cp314-{_PLATFORM}")


def _check_sizes(infos, left):
    left[0] -= sum(info.file_size for info in infos)
    left[1] -= len(infos)
    if left[0] < 0:
        raise Refused(f"the wheels unpack to more than {_MOST_BYTES} bytes")
    if left[1] < 0:
        raise Refused(f"the wheels have more than {_MOST_FILES} files")


def _check_paths(infos):
    seen = set()
    for info in infos:
        path = info.filename
        parts = path.split("/")
        if path != info.orig_filename or "\\" in path or ":" in path or not path.isprintable():
            raise Refused(f"a path in it is no plain name: {path[:200]!r}")
        if path.startswith("/") or any(part in ("", ".", "..") for part in parts):
            raise Refused(f"a path in it leads out of its place: {path[:200]!r}")
        if (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise Refused(f"{path[:200]!r} in it is no plain file")
        if info.flag_bits & 1:
            raise Refused(f"{path[:200]!r} in it is encrypted")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(f"{path[:200]!r} in it is packed in a way that wheels are not")
        if path.casefold() in seen:
            raise Refused(f"it has {path[:200]!r} twice")
        seen.add(path.casefold())


def _same(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def _dist_info(infos, said):
    tops = sorted({info.filename.split("/")[0] for info in infos if info.filename.split("/")[0].endswith(".dist-info")})
    if len(tops) != 1:
        raise Refused(f"it has {len(tops)} directories of metadata, not one")
    name, _, version = tops[0].removesuffix(".dist-info").rpartition("-")
    if (_same(name), version) != (_same(said["name"]), said["version"]):
        raise Refused(f"its metadata are those of {tops[0][:200]!r}")
    return tops[0]


def _check_metadata(contents, meta, said, native):
    def read(name):
        try:
            return email.parser.Parser().parsestr(contents[f"{meta}/{name}"].decode("utf-8"))
        except KeyError:
            raise Refused(f"it has no {name}") from None

    metadata, wheel = read("METADATA"), read("WHEEL")
    if (_same(metadata["Name"] or ""), metadata["Version"]) != (_same(said["name"]), said["version"]):
        raise Refused(f"its METADATA say that it is {str(metadata['Name'])[:100]!r} {str(metadata['Version'])[:100]!r}")
    if not (wheel["Wheel-Version"] or "").startswith("1."):
        raise Refused("its WHEEL is of a version that nobody knows here")
    tags = set(wheel.get_all("Tag") or ())
    wanted = {f"{a}-{b}-{c}" for a in said["python"].split(".") for b in said["abi"].split(".") for c in said["platform"].split(".")}
    if tags != wanted:
        raise Refused("the tags in its WHEEL are not those of its name")
    if not native and (wheel["Root-Is-Purelib"] or "").lower() == "false":
        raise Refused("its WHEEL says that it has native code, and its name that it has none")


def _check_record(contents, meta):
    record = f"{meta}/RECORD"
    if record not in contents:
        raise Refused("it has no RECORD")
    listed = {}
    for row in csv.reader(io.StringIO(contents[record].decode("utf-8"))):
        if len(row) != 3 or row[0] in listed:
            raise Refused("its RECORD cannot be read")
        listed[row[0]] = row[1]
    unsigned = {record, record + ".jws", record + ".p7s"}
    for path, content in contents.items():
        if path in unsigned:
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        if listed.get(path) != f"sha256={digest}":
            raise Refused(f"{path[:200]!r} is not what its RECORD says")
    missing = listed.keys() - contents.keys()
    if missing - unsigned:
        raise Refused(f"its RECORD names {sorted(missing)[0][:200]!r}, which it does not have")


def _placed(contents, meta, said):
    """Each file by where it goes. What is for another place than the library is left out, as compiled files are."""
    data = meta.removesuffix(".dist-info") + ".data"
    placed = {}
    for path, content in contents.items():
        parts = path.split("/")
        if "__pycache__" in parts:
            continue
        if parts[0] == data:
            if len(parts) < 3 or parts[1] not in ("purelib", "platlib"):
                continue
            parts = parts[2:]
        if parts[0].lower().endswith((".data", ".dist-info", ".egg-info")) and parts[0] != meta:
            raise Refused(f"it has a directory of metadata that is not its own: {parts[0][:200]!r}")
        at = "/".join(parts)
        if at in placed:
            raise Refused(f"it has {at[:200]!r} twice")
        placed[at] = content
    return placed


def _module_of(path, native, content):
    """The module at the top that a file belongs to; None for one that is no code."""
    if path.endswith((".pyc", ".pth", ".egg-link")):
        raise Refused(f"it has {path[:200]!r}, and code has to come as source")
    if path.endswith((".so", ".dylib", ".dll", ".pyd")) or ".so." in path:
        if not native:
            raise Refused(f"it says that it has no native code, and has {path[:200]!r}")
        if not content.startswith(b"\0asm"):
            raise Refused(f"{path[:200]!r} is native code of another machine")
        if not path.endswith(_NATIVE_ENDS) and ".cpython-" in path:
            raise Refused(f"{path[:200]!r} is native code for another Python")
    top, _, rest = path.partition("/")
    module = top if rest else top.partition(".")[0]
    if not rest and not top.endswith((".py", ".so")):
        return None
    if not _MODULE.fullmatch(module):
        return None
    if module in sys.stdlib_module_names or module in sys.modules or module in _OURS or module.startswith(("_writ", "_pyodide")):
        raise Refused(f"its module {module} would stand for one that is there already")
    return module
