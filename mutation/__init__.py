"""Does a test of a generated project go red for every small change of its code?

`python3 tasks.py mutate [MODULE...]` generates the preset `tour`, changes each module of `app/` in
every place, and runs the tests beside it. `survivors.yml` says why a change may go unnoticed.
"""
