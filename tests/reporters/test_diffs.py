import subprocess

from hypothesis import given
from hypothesis import strategies as st

from django_querywatch.reporters.diffs import changed_lines

DIFF = """\
diff --git a/shop/views.py b/shop/views.py
index 1111111..2222222 100644
--- a/shop/views.py
+++ b/shop/views.py
@@ -3,4 +3,5 @@ def orders():
 a
-b
+B
+++ b/not/a/file.py
 c
 d
@@ -20 +21,0 @@
-gone
diff --git a/old.py b/old.py
--- a/old.py
+++ /dev/null
@@ -1,2 +0,0 @@
-x
-y
diff --git a/new.py b/new.py
--- /dev/null
+++ b/new.py
@@ -0,0 +1,2 @@
+x
+y
\\ No newline at end of file
"""


def test_added_and_changed_lines_by_their_new_numbers():
    assert changed_lines(DIFF) == {"shop/views.py": {4, 5}, "new.py": {1, 2}}


def test_no_diff_no_lines():
    assert changed_lines("") == {}


@given(st.text() | st.lists(st.sampled_from(DIFF.splitlines())).map("\n".join))
def test_no_text_raises(text: str):
    changed_lines(text)


def test_what_git_prints(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    before.write_text("".join(f"{number}\n" for number in range(1, 31)))
    after.write_text("new\n" + before.read_text().replace("9\n", "nine\n", 1).replace("25\n", ""))
    for context in (0, 3, 30):
        command = ["git", "diff", "--no-index", f"-U{context}", "before", "after"]
        printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
        assert changed_lines(printed) == {"after": {1, 10}}
