#pragma once

#include "catalog/maintaining/linting/lint_input.h"

#include <vector>

namespace firstlight {

using LintFindings = std::vector<LintFinding>;

/// The rules, a file each group. Every one looks at demos and recipes that the reader takes, and adds what it
/// finds; none looks at the network or the disk.

/// "demo-twice" {other}: two files with the demo of one id; "project-missing"; "prompts-few" {found, needed}.
void lintIdentity(const LintInput &input, LintFindings &findings);
/// "licence-syntax" {found, part, needed}, "licence-unknown" {found, part, nearest}, "licence-deprecated"
/// {found, part, nearest}, "licence-missing" {field}.
void lintLicences(const LintedDemo &linted, LintFindings &findings);
/// "translation-missing" {field, found}, "translation-same" {field, found}.
void lintTexts(const LintedDemo &linted, LintFindings &findings);
/// "digest-missing", "size-missing", "hub-missing" {hub}, "model-unused", "data-missing" {model}.
void lintModels(const LintedDemo &linted, LintFindings &findings);
/// "image-unlocked" {image}, "overhead-missing".
void lintImages(const LintedDemo &linted, LintFindings &findings);
/// "permission-unneeded" {permission}, "permission-twice" {permission}, "permission-strong" {permission}.
void lintPermissions(const LintedDemo &linted, LintFindings &findings);
/// "placeholder-unused" {placeholder, field}, "secret-unused", "secret-unshown".
void lintPlaceholders(const LintedDemo &linted, LintFindings &findings);
/// "accelerator-missing", "requirement-contradictory" {first, second}, "variant-unreachable" {other}, "requirements-same" {other}.
void lintRequirements(const LintInput &input, const LintedDemo &linted, LintFindings &findings);
/// "recipe-unused", "recipe-id" {found, needed}.
void lintRecipes(const LintInput &input, LintFindings &findings);
void lintRecipeLicences(const LintedRecipe &recipe, LintFindings &findings);

} // namespace firstlight
