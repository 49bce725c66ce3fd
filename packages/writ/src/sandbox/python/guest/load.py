"""Makes the guest's modules of their sources, under names that nobody says by chance."""

import gc
import json
import sys
import types

for _name, _source in json.loads(_sources).items():
    _module = types.ModuleType("_writ_" + _name)
    sys.modules[_module.__name__] = _module
    exec(compile(_source, _module.__name__, "exec"), _module.__dict__)
gc.collect()
