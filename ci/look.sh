#!/usr/bin/env bash
# Runs one job for the action: the report of what changed as Markdown, all findings as SARIF, and the exit code.
#
# Reads TARGET, JOB, SINCE, FAIL_ON and SARIF from the environment and writes `exit-code`, `report` and `sarif` for the
# steps that follow. On a pull request without SINCE the base is the commit that the change is merged into.
set -euo pipefail

tool="$RUNNER_TEMP/backend-lead/bin/backend-lead"
report="$RUNNER_TEMP/backend-lead.md"
sarif="$RUNNER_TEMP/backend-lead.sarif"

case "$JOB" in
  review | audit) ;;
  *)
    echo "::error::job is review or audit, and not: ${JOB//[^a-z-]/?}"
    exit 2
    ;;
esac

base() {
  # What actions/checkout gives for a pull request is a merge: its first parent is the base as it is now.
  if git -C "$TARGET" rev-parse --quiet --verify "HEAD^2^{commit}" > /dev/null; then
    git -C "$TARGET" rev-parse "HEAD^1"
  elif ! git -C "$TARGET" merge-base "origin/$GITHUB_BASE_REF" HEAD 2> /dev/null; then
    echo "::error::The base of the pull request is not there: give actions/checkout fetch-depth: 2" >&2
    return 1
  fi
}

if [ -z "$SINCE" ] && [ -n "${GITHUB_BASE_REF:-}" ]; then
  SINCE="$(base)"
fi
changed=()
if [ -n "$SINCE" ]; then
  changed=(--since "$SINCE" --only-new)
fi

code=0
"$tool" "$JOB" --quiet --fail-on "$FAIL_ON" --format markdown --output "$report" "${changed[@]}" -- "$TARGET" || code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
if [ "$code" -gt 1 ]; then
  # Without a report there is nothing to show: the reason stands above.
  exit 0
fi
echo "report=$report" >> "$GITHUB_OUTPUT"
cat "$report" >> "$GITHUB_STEP_SUMMARY"

if [ "$SARIF" = true ]; then
  # All findings: code scanning compares a branch with another by itself.
  "$tool" "$JOB" --quiet --fail-on never --format sarif --output "$sarif" -- "$TARGET"
  echo "sarif=$sarif" >> "$GITHUB_OUTPUT"
fi
