# The stored problems with limma's answers: Rscript scenarios.R FOLDER writes one file per topic into FOLDER.
folder <- commandArgs(TRUE)[1]
source(file.path(folder, "answers.R"))
source(file.path(folder, "making.R"))

# ---- designs --------------------------------------------------------------------------------------------------------

fit_design <- function(name, design, seed, rows = 60, ...) {
  model("designs", name, expression(rows, design, seed), design, fitted = rows < 50, ...)
}

fit_design("intercept_only", named_design(~1, groups("A", 6)), 1)
fit_design("two_groups", two, 2, rows = 40)
fit_design("two_groups_means", two_means, 3)
fit_design("three_groups", three, 4)
fit_design("three_groups_means", three_means, 5, contrasts = contrast_matrix(three_means, BvsA = c(-1, 1, 0), CvsB = c(0, -1, 1)))
fit_design("four_groups_means", four_means, 6)
fit_design("five_groups", named_design(~group, groups(LETTERS[1:5], 3)), 7)
paired <- data.frame(pair = factor(rep(1:6, each = 2)), treatment = factor(rep(c("before", "after"), 6), levels = c("before", "after")))
fit_design("paired", named_design(~ pair + treatment, paired), 8)
factorial <- expand.grid(replicate = 1:3, strain = c("wt", "mu"), dose = c("low", "high"))
fit_design("factorial_interaction", named_design(~ strain * dose, factorial), 9)
nested <- expand.grid(treatment = c("ctl", "trt"), patient = factor(1:3), disease = c("healthy", "ill"))
fit_design("nested", named_design(~ disease + disease:patient + disease:treatment, nested), 10)
fit_design("numeric_covariate", aged, 11, rows = 40)
time <- seq(0, 12, length.out = 10)
fit_design("natural_spline", named_design(~ splines::ns(time, df = 3), data.frame(time = time)), 12)
fit_design("numeric_without_intercept", named_design(~ 0 + dose, data.frame(dose = c(0.5, 1, 1, 2, 2, 4, 4.5))), 13)
fit_design("batch_adjusted", batched, 14)
confounded <- cbind(groups(c("A", "B", "C"), 3), batch = factor(rep(1:3, each = 3)), age = c(1, 4, 2, 7, 3, 9, 5, 8, 6))
fit_design("aliased_later_column", cbind(three, copy = three[, 2] + three[, 3]), 15, rows = 40)
fit_design("aliased_two_columns", named_design(~ group + batch + age, confounded), 16)
fit_design("aliased_middle_column", cbind(three[, 1:2], again = 2 * three[, 2], three[, 3, drop = FALSE]), 17)
fit_design("aliased_intercept_and_cells", cbind("(Intercept)" = 1, three_means), 18)
fit_design("column_of_zeros", cbind(three[, 1:2], nothing = 0, three[, 3, drop = FALSE]), 19)
one_df <- named_design(~ group + x, cbind(groups(c("A", "B"), 2), x = c(1, 3, 2, 7)))
fit_design("one_residual_df", one_df, 20)
fit_design("one_feature", two, 21, rows = 1)
fit_design("two_features", two, 22, rows = 2)
fit_design("three_features", two, 23, rows = 3)
fit_design("columns_of_very_different_size", aged %*% diag(c(1, 1e-6, 1e6)) |> `dimnames<-`(dimnames(aged)), 24)
x <- seq(-1, 1, length.out = 9)
fit_design("nearly_collinear", `dimnames<-`(cbind(1, x, x + 1e-5 * x^2), list(paste0("s", 1:9), c("one", "x", "nearly"))), 25)
years <- c(1991, 1994, 1996, 1999, 2003, 2004, 2008, 2011, 2015)
fit_design("uncentred_polynomial", named_design(~ year + I(year^2), data.frame(year = years)), 26)
model("designs", "nothing_named", unname(expression(40, two, 27)), unname(matrix(two, 8, 2)))

# ---- array weights and missing rows ---------------------------------------------------------------------------------

weights8 <- c(1, 0.5, 2, 0.25, 1.5, 1, 0.75, 3)
weights12 <- short(exp(sin(1:12)))
model("weights", "vector", expression(60, two, 101), two, weights = weights8, fitted = TRUE)
model("weights", "one_row_matrix", expression(60, two, 102), two, weights = matrix(weights8, 1))
model("weights", "contrasts_of_means", expression(60, four_means, 103), four_means,
  weights = weights12, contrasts = contrast_matrix(four_means, BvsA = c(-1, 1, 0, 0), CDvsAB = c(-0.5, -0.5, 0.5, 0.5)))
model("weights", "contrasts_of_adjusted_groups", expression(60, batched, 104), batched,
  weights = weights12, contrasts = contrast_matrix(batched, CvsB = c(0, -1, 1, 0), batch = c(0, 0, 0, 1)))
model("weights", "over_eight_decades", expression(60, two, 105), two, weights = 10^seq(-4, 4, length.out = 8))
model("weights", "with_trend", expression(60, two, 106), two, weights = weights8, ebayes = list(trend = TRUE))
model("weights", "with_aliased_column", expression(60, batched, 107), cbind(batched, again = batched[, 4]), weights = weights12)
model("weights", "all_equal", expression(40, two, 108), two, weights = rep(4, 8))
model("weights", "one_zero", expression(60, two, 109), two, weights = replace(weights8, 3, 0), moderate = FALSE)

with_missing_rows <- function(y, rows) replace(y, cbind(rep(rows, ncol(y)), rep(seq_len(ncol(y)), each = length(rows))), NA)
model("missing_rows", "three", with_missing_rows(expression(60, two, 111), c(2, 17, 60)), two)
model("missing_rows", "with_contrasts", with_missing_rows(expression(60, batched, 112), c(1, 9)), batched,
  contrasts = contrast_matrix(batched, CvsB = c(0, -1, 1, 0)), tables = list(list(number = 60), list(number = 60, p.value = 0.2)),
  decisions = list(list(), list(method = "global")))
model("missing_rows", "half_of_all", with_missing_rows(expression(40, two, 113), 1:20), two,
  tables = list(list(number = 40), list(coef = 2, number = Inf, sort.by = "none")), decisions = list(list()))
model("missing_rows", "with_weights", with_missing_rows(expression(60, batched, 114), c(5, 50)), batched, weights = weights12)

# ---- unusual data ---------------------------------------------------------------------------------------------------

set.seed(200)
normal <- expression(80, two, 201)
model("data", "heavy_tails", labelled(short(matrix(rt(80 * 8, 2), 80, 8))), two)
model("data", "one_constant_row", replace(normal, cbind(5, 1:8), 3), two)
model("data", "ten_constant_rows", replace(normal, cbind(rep(1:10, 8), rep(1:8, each = 10)), rep(c(0, 7.3, 0.1, 1e4, -2, 0, 5, 0.3, 11, 1 / 3), 8)), two)
model("data", "mostly_constant_rows", replace(normal, cbind(rep(1:60, 8), rep(1:8, each = 60)), 0), two)
exact <- normal
exact[1:4, ] <- rep(c(2, 5), each = 4)[col(exact[1:4, ])]
model("data", "rows_without_residuals", exact, two)
model("data", "times_million", normal * 1e6, two)
model("data", "times_millionth", normal * 1e-6, two)
model("data", "times_1e_minus_40", normal * 1e-40, two)
model("data", "large_offset", labelled(short(normal + 1e5)), two)
model("data", "rows_of_different_scale", normal * 10^seq(-5, 5, length.out = 80), two)
model("data", "integers", labelled(matrix(as.numeric(rpois(80 * 8, 20)), 80, 8)), two)
model("data", "coarse_integers", labelled(matrix(as.numeric(rpois(80 * 8, 1)), 80, 8)), two)
model("data", "repeated_rows", labelled(normal[rep(1:20, 4), ]), two,
  tables = list(list(number = 80), list(coef = 2, number = 80, sort.by = "P")))
model("data", "one_wild_row", replace(normal, cbind(7, 1:8), c(1e3, -1e3, 500, 2, -7e2, 30, 1e3, 9)), two)
model("data", "tiny_p_values", replace(normal, cbind(rep(1:5, 4), rep(5:8, each = 5)), normal[1:5, 5:8] + 10^(0:4)), two)
model("data", "all_noise_alike", expression(80, two, 202, d0 = Inf, s2 = 1e-4), two)

# ---- priors ---------------------------------------------------------------------------------------------------------

model("priors", "finite_df", expression(100, two, 301, d0 = 3), two)
model("priors", "large_df", expression(150, two, 302, d0 = 30), two)
model("priors", "infinite_df", expression(60, two, 303, d0 = Inf), two)
model("priors", "small_df", expression(80, two, 304, d0 = 0.6), two)
model("priors", "pooled_cap", expression(4, two, 305, d0 = Inf), two)
model("priors", "pooled_cap_of_one_contrast", expression(4, three_means, 306, d0 = Inf), three_means,
  contrasts = contrast_matrix(three_means, BvsA = c(-1, 1, 0)))
far_out <- expression(80, two, 202, d0 = Inf, s2 = 1e-4)
far_out[17:56, 5:8] <- far_out[17:56, 5:8] + short(seq(0.65, 0.75, length.out = 40))
model("priors", "p_values_near_underflow", far_out, two)
trended <- function(rows, seed, ...) {
  y <- expression(rows, two, seed, ...)
  set.seed(seed + 5000)
  labelled(short(rowMeans(y) + (y - rowMeans(y)) * exp(-0.4 * (rowMeans(y) - 8))))
}
model("priors", "trend", trended(120, 311), two, ebayes = list(trend = TRUE))
model("priors", "trend_infinite_df", trended(60, 312, d0 = Inf), two, ebayes = list(trend = TRUE))
for (rows in c(3, 5, 6, 20, 29, 30)) {
  model("priors", paste0("trend_of_", rows, "_rows"), trended(rows, 320 + rows), two, ebayes = list(trend = TRUE))
}
set.seed(330)
covariate <- short(rnorm(80))
model("priors", "trend_on_covariate", normal, two, ebayes = list(trend = covariate))
model("priors", "trend_on_few_values", normal, two, ebayes = list(trend = rep(c(1, 2, 5), length.out = 80)))
model("priors", "trend_on_one_value", normal, two, ebayes = list(trend = rep(2, 80)))
model("priors", "trend_on_infinite_covariate", normal, two, ebayes = list(trend = replace(covariate, c(3, 9), c(Inf, -Inf))))
model("priors", "trend_on_skewed_covariate", normal, two, ebayes = list(trend = exp(3 * covariate)))
model("priors", "trend_with_constant_rows", replace(normal, cbind(rep(1:3, 8), rep(1:8, each = 3)), 8), two, ebayes = list(trend = TRUE))
model("priors", "proportion_0.05", normal, two, ebayes = list(proportion = 0.05))
model("priors", "proportion_0.2", normal, two, ebayes = list(proportion = 0.2))
model("priors", "proportion_0.9", normal, two, ebayes = list(proportion = 0.9))
model("priors", "narrow_coefficient_limits", normal, two, ebayes = list(stdev.coef.lim = c(0.5, 0.6)))
model("priors", "wide_coefficient_limits", normal, two, ebayes = list(stdev.coef.lim = c(1e-3, 1e3)))

# ---- contrasts ------------------------------------------------------------------------------------------------------

of_means <- function(name, ..., seed = 400) model("contrasts", name, expression(60, four_means, seed), four_means, ...)
of_means("one", contrasts = contrast_matrix(four_means, BvsA = c(-1, 1, 0, 0)))
of_means("unnamed_vector", contrasts = matrix(c(-1, 1, 0, 0), 4, 1))
of_means("several", contrasts = contrast_matrix(four_means, BvsA = c(-1, 1, 0, 0), CvsA = c(-1, 0, 1, 0), DvsA = c(-1, 0, 0, 1)))
of_means("several_reordered", contrasts = contrast_matrix(four_means, DvsA = c(-1, 0, 0, 1), BvsA = c(-1, 1, 0, 0), CvsA = c(-1, 0, 1, 0)))
of_means("averaged", contrasts = contrast_matrix(four_means, mean = rep(0.25, 4), AB = c(0.5, 0.5, 0, 0), ABvsCD = c(0.5, 0.5, -0.5, -0.5)))
of_means("all_pairs", contrasts = contrast_matrix(four_means, BA = c(-1, 1, 0, 0), CA = c(-1, 0, 1, 0), DA = c(-1, 0, 0, 1),
  CB = c(0, -1, 1, 0), DB = c(0, -1, 0, 1), DC = c(0, 0, -1, 1)))
of_means("same_contrast_twice", contrasts = contrast_matrix(four_means, first = c(-1, 1, 0, 0), second = c(-1, 1, 0, 0), other = c(0, 0, -1, 1)))
of_means("contrast_of_contrasts", contrasts = contrast_matrix(four_means, BvsA = c(-1, 1, 0, 0), DvsC = c(0, 0, -1, 1)),
  second_contrasts = matrix(c(-1, 1), 2, 1, dimnames = list(c("BvsA", "DvsC"), "interaction")))
of_means("text", contrast_text = c("groupB-groupA", "(groupC+groupD)/2-groupA", "2*groupD - 0.5*(groupB + groupC)-1.5*groupA"))
of_means("named_text", contrast_text = c(BvsA = "groupB-groupA", rest = "groupA-(groupB+groupC+groupD)/3"))
of_means("coefficients_by_name", coefficients = c("groupB", "groupD"))
of_means("coefficients_reordered", coefficients = c("groupD", "groupA"))
of_means("one_coefficient", coefficients = "groupC")
of_adjusted <- function(name, ..., design = batched) model("contrasts", name, expression(60, batched, 420), design, ...)
of_adjusted("of_treatment_coding", contrasts = contrast_matrix(batched, CvsB = c(0, -1, 1, 0), average = c(0, 0.5, 0.5, 0)))
of_adjusted("of_all_coefficients", contrasts = contrast_matrix(batched, cellC2 = c(1, 0, 1, 1), CvsB = c(0, -1, 1, 0)))
of_adjusted("with_trend", contrasts = contrast_matrix(batched, CvsB = c(0, -1, 1, 0)), ebayes = list(trend = TRUE, proportion = 0.1))
of_adjusted("one_coefficient_adjusted", coefficients = "groupC")
deficient <- cbind(batched, again = batched[, 4] + batched[, 1])
of_adjusted("rank_deficient", design = deficient, contrasts = contrast_matrix(deficient, CvsB = c(0, -1, 1, 0, 0), B = c(0, 1, 0, 0, 0)))
middle <- cbind(batched[, 1:2], batch1 = 1 - batched[, 4], batched[, c(4, 3)])
of_adjusted("rank_deficient_in_the_middle", design = middle, contrasts = contrast_matrix(middle, CvsB = c(0, -1, 0, 0, 1), C = c(0, 0, 0, 0, 1)))
twice <- cbind(batched, twice = 2 * batched[, 2])
of_adjusted("resting_on_an_aliased_column", design = twice, contrasts = contrast_matrix(twice, CvsB = c(0, -1, 1, 0, 0)))
model("contrasts", "of_unnamed_design", unname(expression(40, three, 430)), unname(matrix(three, 9, 3)), contrasts = matrix(c(0, -1, 1), 3, 1))
levels <- c("A", "B", "C", "D")
add("contrasts", "written_out", list(kind = "make_contrasts", levels = levels,
  contrast_text = c("A", "-A", "A-B", "(A+B)/2-(C+D)/2", "A-B-(C-D)", "2*A-3*(B-C/4)", "-(A-B)*1e-3", "A+B+C-3*D", "((A))")))

# ---- plain vectors --------------------------------------------------------------------------------------------------

set.seed(500)
variances <- short(0.1 * 5 / rchisq(100, 5) * rchisq(100, 4) / 4) + 2^-16
squeeze <- function(name, ...) add("vectors", paste0("squeeze_", name), list(kind = "squeeze", ...))
squeeze("equal_df", var = variances, df = 4)
squeeze("some_df_zero", var = variances, df = rep(c(4, 4, 0, 4), 25))
squeeze("covariate", var = variances, df = 4, covariate = log(variances) + short(rnorm(100)))
squeeze("one", var = variances[1], df = 4)
squeeze("two", var = variances[1:2], df = 4)
squeeze("three", var = variances[1:3], df = 4)
squeeze("with_zeros", var = replace(variances, 1:10, 0), df = 4)
squeeze("mostly_zeros", var = replace(variances, 1:70, 0), df = 4)
squeeze("all_alike", var = rep(0.25, 20), df = 4)
squeeze("small_df", var = variances, df = 0.5)
squeeze("large_df", var = variances, df = 1e4)

f_dist <- function(name, ...) add("vectors", paste0("f_dist_", name), list(kind = "f_dist", ...))
f_dist("plain", x = variances, df1 = 4)
f_dist("unequal_df", x = variances, df1 = rep(c(2, 4, 8, 3.5), 25))
f_dist("zero_df_among", x = variances, df1 = rep(c(0, 4), 50))
f_dist("zeros", x = replace(variances, 1:20, 0), df1 = 4)
f_dist("infinite_df2", x = short(rchisq(60, 4) / 4 * 0.3 + 0.2), df1 = 4)
f_dist("covariate", x = variances, df1 = 4, covariate = short(rnorm(100)))
f_dist("covariate_unequal_df", x = variances, df1 = rep(c(2, 4, 8, 3.5), 25), covariate = seq(1, 9, length.out = 100))
f_dist("covariate_four_values", x = variances, df1 = 4, covariate = rep(c(1, 2, 3, 10), 25))
f_dist("covariate_with_zero_df", x = variances, df1 = rep(c(0, 4, 4), length.out = 100), covariate = seq(1, 9, length.out = 100))
f_dist("one_value", x = 0.3, df1 = 4)
f_dist("two_values", x = c(0.3, 0.7), df1 = 4)
f_dist("scaled_1e12", x = variances * 1e12, df1 = 4)
add("vectors", "trigamma_inverse", list(kind = "trigamma_inverse", x = c(10^seq(-9, 9, by = 0.5), 1, 2, 1.6449340668482264)))

# ---- tables and decisions -------------------------------------------------------------------------------------------

lively <- expression(80, three, 600, s2 = 0.02)
annotation <- data.frame(symbol = paste0("SYM", 1:80), length = 1000 + (1:80) %% 7, chromosome = rep(c("1", "2", "X", "Y"), 20))
table_problem <- function(name, ..., y = lively, design = three) model("tables", name, y, design, ...)
sorts <- c("logFC", "M", "A", "Amean", "AveExpr", "P", "p", "T", "t", "B", "none")
table_problem("sorted", tables = lapply(sorts, function(s) list(coef = 2, number = 20, sort.by = s)))
resorts <- c("logFC", "M", "A", "AveExpr", "P", "t", "B")
table_problem("resorted", tables = c(
  lapply(resorts, function(s) list(coef = 3, number = 15, resort.by = s)),
  list(list(coef = 3, number = 15, sort.by = "logFC", resort.by = "AveExpr"), list(coef = 2, number = 9, sort.by = "A", resort.by = "t"))))
table_problem("filtered", tables = list(
  list(coef = 3, number = Inf, p.value = 0.05), list(coef = 3, number = Inf, lfc = 0.5), list(coef = 3, number = Inf, fc = 1.5),
  list(coef = 3, number = 5, p.value = 0.1, lfc = 0.3), list(coef = 3, number = Inf, p.value = 1e-200), list(coef = 3, number = Inf, lfc = 50),
  list(coef = 3, number = Inf, p.value = 0.2, sort.by = "none"), list(coef = 3, number = Inf, p.value = 0.3, sort.by = "t", resort.by = "logFC"),
  list(coef = 3, number = Inf, fc = 1.2, lfc = 3)))
table_problem("confidence", tables = list(
  list(coef = 3, number = 12, confint = TRUE), list(coef = 2, number = 12, confint = 0.9), list(coef = 3, number = Inf, confint = 0.99, lfc = 0.3)))
table_problem("adjusted", tables = lapply(c("none", "BH", "fdr", "BY", "holm", "hochberg", "hommel", "bonferroni"),
  function(m) list(coef = 3, number = 30, adjust.method = m)))
table_problem("number", tables = list(list(coef = 3), list(coef = 3, number = 1), list(coef = 3, number = 0), list(coef = 3, number = 1000)))
table_problem("coefficient_by_name", tables = list(list(coef = "groupC"), list(coef = "(Intercept)"), list(coef = 1, number = 30)))
table_problem("annotated", tables = list(
  list(coef = 3, genelist = annotation, number = 20), list(coef = 3, genelist = annotation, number = Inf, p.value = 0.05, sort.by = "logFC"),
  list(coef = c(2, 3), genelist = annotation, number = 10)))
table_problem("annotated_by_vector", tables = list(list(coef = 3, genelist = annotation$symbol, number = 20)))
table_problem("several_coefficients", tables = list(
  list(number = 80), list(coef = c(2, 3), number = 20), list(coef = c("groupB", "groupC"), number = 20), list(coef = 1:3, number = 20),
  list(coef = c(2, 3), number = Inf, p.value = 0.1), list(coef = c(2, 3), number = Inf, lfc = 0.5), list(coef = c(2, 3), number = 10, sort.by = "none"),
  list(coef = c(2, 3), number = 10, adjust.method = "holm")))
table_problem("reordered_coefficients", tables = list(
  list(coef = c(3, 2), number = 20), list(coef = c(3, 1), number = 20), list(coef = c(3, 2, 1), number = 20), list(coef = c(3, 3, 2), number = 20)))
table_problem("top_table_f", f_tables = list(
  list(), list(number = 80), list(number = Inf, p.value = 0.01), list(number = 30, lfc = 0.3), list(number = 12, sort.by = "none"),
  list(number = 20, adjust.method = "BY")))
contrasts3 <- contrast_matrix(three_means, BvsA = c(-1, 1, 0), CvsA = c(-1, 0, 1), CvsB = c(0, -1, 1))
table_problem("of_contrasts", design = three_means, contrasts = contrasts3, tables = list(
  list(coef = 1), list(coef = "CvsB", number = 30), list(number = 30), list(coef = c(1, 3), number = 30), list(coef = c(3, 1), number = 30)),
  f_tables = list(list(number = 30)))
table_problem("intercept_only", y = expression(40, two, 601), design = named_design(~1, groups("A", 8)), tables = list(list(coef = 1, number = 40)))
table_problem("repeated_labels", y = `rownames<-`(lively, paste0("g", rep(1:40, 2))), tables = list(list(coef = 3, number = 30)))
table_problem("nothing_named", y = unname(lively), design = unname(matrix(three, 9, 3)), tables = list(list(coef = 3, number = 30), list(coef = 2:3, number = 30)))

methods <- c("none", "BH", "BY", "holm", "bonferroni")
table_problem("decided_separately", decisions = lapply(methods, function(m) list(method = "separate", adjust.method = m)))
table_problem("decided_globally", decisions = lapply(methods, function(m) list(method = "global", adjust.method = m)))
table_problem("decided_with_limits", decisions = list(
  list(p.value = 0.2), list(p.value = 0.001), list(lfc = 0.3), list(p.value = 0.3, lfc = 0.5), list(method = "global", p.value = 0.2, lfc = 0.4)))
table_problem("decided_contrasts", design = three_means, contrasts = contrasts3, decisions = list(list(), list(method = "global", p.value = 0.1)))

write_topics(folder)
