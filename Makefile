.PHONY: build test check e2e kills gateway-kills fuzz-shell fuzz-hosts fuzz-policies fuzz-skills spans audit-rows undo-check undo-cost fmt run schema aot release smoke-release bench requirements

RID ?= linux-x64

build:
	dotnet build Pryx.slnx

test:
	dotnet test

# What to run before a commit: format, build, all tests but the end-to-end ones.
check: build
	dotnet format Pryx.slnx --no-restore --verify-no-changes --severity warn
	for project in tests/*.Tests/*.csproj; do \
		case $$project in *Pryx.Tests.csproj) continue;; esac; \
		dotnet test --project $$project --no-build || exit 1; \
	done

# The executable as users start it: tests/Pryx.Tests.
e2e: build
	dotnet test --project tests/Pryx.Tests/Pryx.Tests.csproj --no-build

# kill -9 at a hundred points of a five-step run, then --continue (the tests do it at twenty), and of a busy writer. KILLS=500 for more.
KILLS ?= 100
kills:
	dotnet build Pryx.slnx
	PRYX_KILLS=$(KILLS) dotnet run --no-build --project tests/Pryx.Tests -- -class Pryx.Tests.EndToEnd.KillTests -showliveoutput
	PRYX_KILLS=$(KILLS) dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Storage.CrashTests -showliveoutput

# kill -9 of the daemon a thousand times under twenty turns with tools (the tests do it a dozen times): about ten minutes.
gateway-kills: KILLS = 1000
gateway-kills:
	dotnet build Pryx.slnx
	PRYX_GATEWAY_KILLS=$(KILLS) dotnet run --no-build --project tests/Pryx.Tests -- -class Pryx.Tests.EndToEnd.GatewayKillTests -showliveoutput

# Random scripts, millions read and thousands run by real shells in a jail: what ran and what was written must have been foreseen.
PARSES ?= 10000000
RUNS ?= 20000
fuzz-shell:
	dotnet build tests/Pryx.Agent.Tests
	PRYX_FUZZ_PARSES=$(PARSES) PRYX_FUZZ_RUNS=$(RUNS) nice -n 19 dotnet run --no-build --project tests/Pryx.Agent.Tests -- -class Pryx.Agent.Tests.Shell.ShellFuzzTests -diagnostics

# Random spellings of hosts, judged by us and by the C library and the kernel. HOSTS=10000000 for more.
HOSTS ?= 1000000
fuzz-hosts:
	dotnet build tests/Pryx.Core.Tests
	PRYX_FUZZ_HOSTS=$(HOSTS) dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Network.HostNameTests

# Damaged policy files, and random ones with calls whose effects are known.
POLICIES ?= 1000000
fuzz-policies:
	dotnet build tests/Pryx.Core.Tests
	PRYX_FUZZ_POLICIES=$(POLICIES) nice -n 19 dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Policies.PolicyFuzzTests

fuzz-skills:
	dotnet build tests/Pryx.Core.Tests
	PRYX_FUZZ_SKILLS=$(POLICIES) nice -n 19 dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Skills.SkillFileTests

# A million trace spans stored, queried and rotated: some seconds and 700 MB below TMPDIR. SPANS=5000 is what the tests do.
SPANS ?= 1000000
spans:
	dotnet build tests/Pryx.Core.Tests
	PRYX_SPANS=$(SPANS) dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Tracing.SpanCapacityTests -showliveoutput

# A million audit entries written and checked: half a minute and 900 MB below TMPDIR. AUDIT_ROWS=5000 is what the tests do.
AUDIT_ROWS ?= 1000000
audit-rows:
	dotnet build tests/Pryx.Core.Tests
	PRYX_AUDIT_ROWS=$(AUDIT_ROWS) dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Audit.AuditCapacityTests -showliveoutput

# A thousand random sequences of changes, undone and redone: about ten minutes. A failure names its seed (UNDO_SEED=17 UNDO_ROUNDS=1).
UNDO_ROUNDS ?= 1000
UNDO_SEED ?= 1
undo-check:
	dotnet build tests/Pryx.Core.Tests
	PRYX_UNDO_ROUNDS=$(UNDO_ROUNDS) PRYX_UNDO_SEED=$(UNDO_SEED) dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Checkpoints.UndoPropertyTests

# What remembering costs, in a workspace of 100,000 files and 2 GB below TMPDIR: some minutes.
undo-cost:
	dotnet build tests/Pryx.Core.Tests
	PRYX_UNDO_COST=1 dotnet run --no-build --project tests/Pryx.Core.Tests -- -class Pryx.Core.Tests.Checkpoints.UndoCostTests -showliveoutput

fmt:
	dotnet format Pryx.slnx

# make run ARGS='run "hello"'
run:
	dotnet run --project src/Pryx -- $(ARGS)

# The database's schema, migration by migration.
schema:
	@cat src/Pryx.Core/Storage/Migrations/*.sql

aot:
	eng/canary

# KEY=… signs it; see docs/guides/install.md.
release:
	eng/release $(if $(KEY),--key $(KEY)) $(RID)

# Installs what make release made, on a fresh home, and takes it away again.
smoke-release:
	dotnet build tests/Pryx.FakeProvider
	eng/smoke-release artifacts/dist

bench:
	eng/bench

# Runs all tests and prints how many requirements the run proves.
requirements:
	eng/test
	eng/requirements --check
