"""What the field's linters say of workflows, container files and scripts."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv-infra" / "bin"
LANGUAGE_SERVICE = Path(__file__).parent / "workflows"
WORKFLOWS = sorted(str(path) for path in (ROOT / ".github" / "workflows").glob("*.yml"))
DOCKERFILES = ["Dockerfile", *(str(path.relative_to(ROOT)) for path in ROOT.glob("infra/containers/*/Dockerfile"))]
SCRIPTS = [
    ".ci/run",
    ".ci/containers",
    *(str(path.relative_to(ROOT)) for path in ROOT.glob("infra/containers/**/*.sh")),
]
# The bundle reads its dependencies by `require` still.
BANNER = "import {createRequire} from 'module'; const require = createRequire(import.meta.url);"

pytestmark = pytest.mark.infra


@pytest.mark.parametrize(
    "command",
    [
        ["zizmor", "--offline", "--quiet", *WORKFLOWS],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        ["hadolint", "--failure-threshold", "warning", *DOCKERFILES],
        ["shellcheck", *SCRIPTS],
    ],
    ids=lambda command: f"{command[0]} {Path(command[-1]).name}",
)
def test_a_linter_finds_nothing(command: list[str]) -> None:
    program = TOOLS / command[0]
    if not program.exists():
        pytest.skip("`make test-infra` installs the linters")
    done = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def language_service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """GitHub's own check of workflows, as one file that Node runs."""
    if shutil.which("npm") is None:
        pytest.skip("no npm on this machine")
    folder = shutil.copytree(LANGUAGE_SERVICE, tmp_path_factory.mktemp("language-service"), dirs_exist_ok=True)
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and "ENOTFOUND" in done.stderr:
        pytest.skip("npm reaches no registry")
    assert done.returncode == 0, done.stderr
    bundle = ["npx", "--no-install", "esbuild", "check.mjs", "--bundle", "--platform=node", "--format=esm"]
    subprocess.run(
        [*bundle, f"--banner:js={BANNER}", "--outfile=bundle.mjs"], cwd=folder, capture_output=True, check=True
    )
    return folder / "bundle.mjs"


def test_githubs_language_service_finds_nothing(language_service: Path, tmp_path: Path) -> None:
    def checked(*paths: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["node", language_service, *paths], capture_output=True, text=True, check=False)

    done = checked(*WORKFLOWS)
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(Path(WORKFLOWS[0]).read_text().replace("github.event_name", "github.event_nam"))
    assert "Context access might be invalid: event_nam" in checked(str(wrong)).stdout


def test_every_action_is_pinned_by_its_commit() -> None:
    lines = [line for path in WORKFLOWS for line in Path(path).read_text().splitlines() if "uses:" in line]
    foreign = [line.partition("uses: ")[2].split()[0] for line in lines if "$/" not in line]
    assert foreign
    for action in foreign:
        commit = action.rpartition("@")[2]
        assert len(commit) == 40, action
        assert set(commit) <= set("0123456789abcdef"), action
