# Fits whose rows differ in what they rest on - weights, missing values, blocks, duplicate spots, robust fits: Rscript fits.R FOLDER
folder <- commandArgs(TRUE)[1]
source(file.path(folder, "answers.R"))
source(file.path(folder, "making.R"))

# ---- designs, each with contrasts -----------------------------------------------------------------------------------

factorial <- expand.grid(replicate = 1:3, strain = factor(c("wt", "mu"), c("wt", "mu")), dose = factor(c("low", "high"), c("low", "high")))
crossed <- named_design(~ strain * dose, factorial)
deficient <- cbind(batched, again = batched[, 4])
designs <- list(
  means = list(three_means, contrast_matrix(three_means, BvsA = c(-1, 1, 0), CvsB = c(0, -1, 1), CvsAB = c(-0.5, -0.5, 1))),
  treatment = list(three, contrast_matrix(three, B = c(0, 1, 0), CvsB = c(0, -1, 1))),
  interaction = list(crossed, contrast_matrix(crossed, high = c(0, 0, 1, 1), average = c(0, 1, 0, 0.5))),
  covariate = list(aged, contrast_matrix(aged, both = c(0, 1, 3), at40 = c(1, 0.5, 40))),
  deficient = list(deficient, contrast_matrix(deficient, CvsB = c(0, -1, 1, 0, 0), B = c(0, 1, 0, 0, 0)))
)
rows <- 24

# ---- what is given to rows ------------------------------------------------------------------------------------------

like <- function(y, values) matrix(values, nrow(y), ncol(y), dimnames = dimnames(y))
smooth <- function(y) like(y, short(exp(0.7 * sin(seq_along(y)))))
uneven <- function(y) like(y, 10^runif(length(y), -4, 4))
zeros_inside <- function(y) smooth(y) * (runif(length(y)) > 0.12)
empty_rows <- function(y) replace(smooth(y), cbind(rep(c(2, 9), ncol(y)), rep(seq_len(ncol(y)), each = 2)), 0)
per_gene <- function(y) short(exp(rnorm(nrow(y))))
per_gene_with_zero <- function(y) replace(per_gene(y), c(4, 11), 0)
per_array <- function(y) short(exp(sin(seq_len(ncol(y)))))
per_array_with_zero <- function(y) replace(per_array(y), 3, 0)
weightings <- list(
  smooth = smooth, uneven = uneven, zeros_inside = zeros_inside, empty_rows = empty_rows,
  per_gene = per_gene, per_gene_with_zero = per_gene_with_zero, per_array = per_array, per_array_with_zero = per_array_with_zero
)

absent <- function(y, share) replace(y, runif(length(y)) < share, NA)
few <- function(y, design) absent(y, 0.05)
many <- function(y, design) absent(y, 0.3)
empty <- function(y, design) replace(absent(y, 0.05), cbind(rep(c(3, 8), ncol(y)), rep(seq_len(ncol(y)), each = 2)), NA)
# Where the second column of the design is not 0: a group, and with it a coefficient, that some rows know nothing of.
without_group <- function(y, design) {
  members <- which(design[, 2] != 0)
  replace(absent(y, 0.05), cbind(rep(c(1, 5, 12, 20), length(members)), rep(members, each = 4)), NA)
}
# Without the samples that all other groups are compared with.
without_reference <- function(y, design) {
  grouping <- head(which(apply(design, 2, function(x) all(x %in% 0:1) && any(x == 0)) & seq_len(ncol(design)) > 1), 2)
  members <- which(rowSums(design[, grouping, drop = FALSE]) == 0)
  replace(absent(y, 0.05), cbind(rep(c(2, 6, 15), length(members)), rep(members, each = 3)), NA)
}
absences <- list(few = few, many = many, empty = empty, without_group = without_group, without_reference = without_reference)

seed_of <- function(...) sum(utf8ToInt(paste(...)) * seq_len(nchar(paste(...)))) %% 100000

# ---- weights --------------------------------------------------------------------------------------------------------

# With cells of their own means limma's contrasts are exact; with array weights all is.
exact_for <- function(design_name, whole) if (whole) "all" else if (design_name == "means") "t" else "none"
choices <- function(number) switch(number %% 3 + 1, list(), list(trend = TRUE), list(proportion = 0.1))

weighted <- function(weighting, design_name, number) {
  design <- designs[[design_name]]
  name <- paste(weighting, design_name, sep = "_")
  y <- expression(rows, design[[1]], seed_of(name))
  model("full_weights", name, y, design[[1]], weights = weightings[[weighting]](y), contrasts = design[[2]],
    exact = exact_for(design_name, weighting == "per_array"), ebayes = if (weighting %in% c("empty_rows", "per_gene_with_zero")) list() else choices(number),
    tables = list(list(coef = 1, number = 8, confint = TRUE)))
}
cases <- expand.grid(weighting = names(weightings), design = names(designs), stringsAsFactors = FALSE)
for (number in seq_len(nrow(cases))) weighted(cases$weighting[number], cases$design[number], number)

# Coefficients as they are, and a choice of them.
for (weighting in c("smooth", "uneven", "zeros_inside", "per_gene")) {
  y <- expression(rows, aged, seed_of("coefficients", weighting))
  model("full_weights", paste0(weighting, "_coefficients"), y, aged, weights = weightings[[weighting]](y), exact = "t")
  y <- expression(rows, batched, seed_of("chosen", weighting))
  model("full_weights", paste0(weighting, "_chosen_coefficients"), y, batched, weights = weightings[[weighting]](y), exact = "t",
    coefficients = c("groupC", "groupB"), tables = list(list(coef = 1, number = 5), list(number = 5)))
}
y <- expression(rows, three, 71)
model("full_weights", "rows_alike", y, three, weights = like(y, rep(short(exp(cos(1:9))), each = rows)), contrasts = designs$treatment[[2]])
model("full_weights", "a_single_number", y, three, weights = matrix(2.5, rows, 9), contrasts = designs$treatment[[2]], exact = "all")
model("full_weights", "a_column", y, three, weights = matrix(per_gene(y), rows, 1), contrasts = designs$treatment[[2]], exact = "all")

# A coefficient that rests on one sample, which has no weight.
lone <- named_design(~group, data.frame(group = factor(rep(c("A", "B", "C"), c(4, 4, 1)))))
model("full_weights", "lone_sample_without_weight", expression(rows, lone, 76), lone, weights = c(short(exp(sin(1:8))), 0),
  contrasts = contrast_matrix(lone, B = c(0, 1, 0)))

# ---- missing values -------------------------------------------------------------------------------------------------

holed <- function(absence, design_name, weighting = NULL) {
  design <- designs[[design_name]]
  name <- paste(c(absence, weighting, design_name), collapse = "_")
  y <- expression(rows, design[[1]], seed_of(name))
  weights <- if (!is.null(weighting)) weightings[[weighting]](y)
  y <- absences[[absence]](y, design[[1]])
  arguments <- list("missing_values", name, y, design[[1]], contrasts = design[[2]], exact = exact_for(design_name, FALSE),
    tables = list(list(coef = 1, number = rows)), decisions = list(list(p.value = 0.3)))
  if (!is.null(weights)) arguments$weights <- weights
  do.call(model, arguments)
}
for (design_name in names(designs)) {
  for (absence in names(absences)) holed(absence, design_name)
  holed("few", design_name, "smooth")
  holed("many", design_name, "per_array")
  holed("without_group", design_name, "zeros_inside")
}
holed("few", "means", "uneven")
holed("few", "treatment", "per_gene")
holed("empty", "covariate", "per_array_with_zero")
for (absence in c("few", "many")) {
  y <- absences[[absence]](expression(rows, batched, seed_of("coefficients", absence)), batched)
  model("missing_values", paste0(absence, "_coefficients"), y, batched, exact = if (absence == "few") "t" else "none")
  model("missing_values", paste0(absence, "_chosen_coefficients"), y, batched, coefficients = c("groupC", "batch2"),
    exact = if (absence == "few") "t" else "none")
}
y <- expression(rows, three, 72)
model("missing_values", "one_value", replace(y, cbind(5, 4), NA), three, contrasts = designs$treatment[[2]], tables = list(list(coef = 2, number = 24)))
model("missing_values", "rows_alone", replace(y, cbind(rep(5, 9), 1:9), NA), three, contrasts = designs$treatment[[2]], exact = "all")
model("missing_values", "two_samples_left", replace(y, cbind(rep(1:3, each = 7), rep(3:9, 3)), NA), three)

# ---- blocks ---------------------------------------------------------------------------------------------------------

interleaved <- function(design) rep(paste0("p", seq_len(nrow(design) %/% 3)), length.out = nrow(design))
unequal <- function(design) rep(c("a", "b", "c", "d", "e"), c(1, 2, 5, 3, 9))[seq_len(nrow(design))]
pairs <- function(design) (seq_len(nrow(design)) + 1) %/% 2

blocked <- function(name, design_name, block, correlation, weighting = NULL, absence = NULL, ...) {
  design <- designs[[design_name]]
  full_name <- paste(name, design_name, sep = "_")
  y <- expression(rows, design[[1]], seed_of(full_name))
  block <- block(design[[1]])
  set.seed(seed_of("block", full_name))
  y <- labelled(short(y + 0.2 * matrix(rnorm(rows * 30), rows, 30)[, as.integer(factor(block))]))
  weights <- if (!is.null(weighting)) weightings[[weighting]](y)
  if (!is.null(absence)) y <- absences[[absence]](y, design[[1]])
  arguments <- list("blocks", full_name, y, design[[1]], block = block, correlation = correlation, contrasts = design[[2]], ...,
    exact = if (is.null(absence) && (is.null(weighting) || weighting == "per_array")) "all" else "none")
  if (!is.null(weights)) arguments$weights <- weights
  do.call(model, arguments)
}
for (design_name in names(designs)) {
  blocked("interleaved", design_name, interleaved, 0.4)
  blocked("negative", design_name, pairs, -0.25)
  blocked("unequal_weighted", design_name, unequal, 0.3, "smooth")
  blocked("interleaved_missing", design_name, interleaved, 0.5, absence = "few")
  blocked("unequal_array_weights", design_name, unequal, 0.2, "per_array")
}
blocked("zero", "treatment", interleaved, 0)
blocked("zero_missing", "treatment", interleaved, 0, absence = "many")
blocked("strong", "means", unequal, 0.95)
blocked("many_missing", "means", interleaved, 0.35, absence = "many")
blocked("empty_missing", "covariate", interleaved, 0.35, absence = "empty")
blocked("group_missing", "treatment", pairs, 0.3, absence = "without_group")
blocked("reference_missing", "treatment", interleaved, 0.3, absence = "without_reference")
blocked("gene_weights", "covariate", interleaved, 0.3, "per_gene")
blocked("gene_weights_with_zero", "treatment", interleaved, 0.3, "per_gene_with_zero")
blocked("array_weights_with_zero", "treatment", interleaved, 0.3, "per_array_with_zero")
blocked("uneven_weights", "means", interleaved, 0.3, "uneven")
blocked("zeros_inside_weights", "interaction", unequal, 0.6, "zeros_inside")
blocked("weights_and_missing", "treatment", interleaved, 0.45, "smooth", "few")
blocked("array_weights_and_missing", "covariate", unequal, -0.08, "per_array", "few")
blocked("trend", "treatment", interleaved, 0.3, ebayes = list(trend = TRUE))
blocked("robust_trend_weighted", "treatment", unequal, 0.3, "smooth", ebayes = list(trend = TRUE, robust = TRUE))
blocked("single_blocks", "treatment", function(design) seq_len(nrow(design)), 0.3)
y <- expression(rows, batched, 73)
model("blocks", "chosen_coefficients", y, batched, block = rep(1:3, 4), correlation = 0.3, coefficients = c("batch2", "groupB"), exact = "all",
  tables = list(list(number = 24)), decisions = list(list(p.value = 0.3)))

# ---- duplicate spots ------------------------------------------------------------------------------------------------

duplicated <- function(name, design_name, ndups, spacing, correlation, weighting = NULL, absence = NULL, spots = 24, ...) {
  design <- designs[[design_name]]
  full_name <- paste(name, design_name, sep = "_")
  y <- expression(spots, design[[1]], seed_of(full_name))
  weights <- if (!is.null(weighting)) unname(weightings[[weighting]](y))
  if (!is.null(absence)) y <- absences[[absence]](y, design[[1]])
  arguments <- list("duplicates", full_name, unname(y), design[[1]], ndups = ndups, spacing = spacing, correlation = correlation, contrasts = design[[2]], ...,
    exact = if (is.null(absence) && is.null(weighting)) "all" else "none")
  if (!is.null(weights)) arguments$weights <- weights
  do.call(model, arguments)
}
duplicated("pairs", "means", 2, 1, 0.6, tables = list(list(coef = 1, number = 6), list(number = 12)))
duplicated("pairs", "treatment", 2, 1, 0.6)
duplicated("pairs", "covariate", 2, 1, -0.3)
duplicated("pairs", "deficient", 2, 1, 0.4)
duplicated("triples", "treatment", 3, 1, 0.5)
duplicated("triples", "interaction", 3, 1, -0.2)
duplicated("halves", "treatment", 2, 12, 0.7)
duplicated("thirds", "means", 3, 8, 0.3)
duplicated("blocks_of_three", "treatment", 2, 3, 0.3)
duplicated("uncorrelated", "treatment", 2, 1, 0)
duplicated("pairs_missing", "means", 2, 1, 0.6, absence = "few")
duplicated("pairs_missing", "treatment", 2, 12, 0.6, absence = "many")
duplicated("pairs_group_missing", "treatment", 2, 1, 0.6, absence = "without_group")
duplicated("pairs_weighted", "treatment", 2, 1, 0.6, "smooth")
duplicated("pairs_uneven", "covariate", 2, 1, 0.4, "uneven")
duplicated("pairs_array_weights", "treatment", 2, 1, 0.6, "per_array")
duplicated("triples_gene_weights", "means", 3, 1, 0.2, "per_gene")
duplicated("pairs_zero_weights", "treatment", 2, 12, 0.6, "zeros_inside")
duplicated("pairs_weighted_missing", "interaction", 2, 1, 0.5, "smooth", "few", ebayes = list(trend = TRUE))

model("duplicates", "lone_sample_without_weight", unname(expression(rows, lone, 77)), lone, weights = c(short(exp(sin(1:8))), 0), ndups = 2, spacing = 1,
  correlation = 0.4, contrasts = contrast_matrix(lone, B = c(0, 1, 0)))

# ---- robust fits ----------------------------------------------------------------------------------------------------

robustly <- function(name, design_name, weighting = NULL, absence = NULL, outliers = 0.08, ...) {
  design <- designs[[design_name]]
  full_name <- paste(name, design_name, sep = "_")
  y <- expression(rows, design[[1]], seed_of(full_name))
  y <- y + short(ifelse(runif(length(y)) < outliers, 3 * rt(length(y), 3), 0))
  weights <- if (!is.null(weighting)) weightings[[weighting]](y)
  if (!is.null(absence)) y <- absences[[absence]](y, design[[1]])
  arguments <- list("robust_fits", full_name, y, design[[1]], method = "robust", contrasts = design[[2]], ...)
  if (!is.null(weights)) arguments$weights <- weights
  do.call(model, arguments)
}
for (design_name in setdiff(names(designs), "deficient")) {
  robustly("outliers", design_name)
  robustly("missing", design_name, absence = "few")
}
robustly("calm", "treatment", outliers = 0)
robustly("array_weights", "treatment", "per_array")
robustly("weighted", "means", "smooth")
robustly("weighted", "covariate", "smooth")
robustly("gene_weights", "treatment", "per_gene")
robustly("zero_weights", "interaction", "zeros_inside")
robustly("weighted_missing", "treatment", "smooth", "few")
robustly("many_missing", "covariate", absence = "many")
robustly("empty_rows", "treatment", absence = "empty")
robustly("many_outliers", "covariate", outliers = 0.3)
robustly("trend", "means", ebayes = list(trend = TRUE))
robustly("robust_trend", "treatment", ebayes = list(trend = TRUE, robust = TRUE))
small <- named_design(~group, groups(c("A", "B"), 2))
model("robust_fits", "four_samples", expression(rows, small, 74), small, method = "robust")
model("robust_fits", "coefficients", expression(rows, aged, 75), aged, method = "robust", coefficients = c("age", "groupB"))

write_topics(folder)
