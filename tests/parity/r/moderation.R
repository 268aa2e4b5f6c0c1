# What follows a fit - priors of every kind, thresholds, decisions - and the same on plain vectors: Rscript moderation.R FOLDER
folder <- commandArgs(TRUE)[1]
source(file.path(folder, "answers.R"))
source(file.path(folder, "making.R"))

# ---- data -----------------------------------------------------------------------------------------------------------

# Noise that falls with the level, and rows whose variance is far off the others.
trended <- function(y) labelled(short(rowMeans(y) + (y - rowMeans(y)) * exp(-0.4 * (rowMeans(y) - 8))))
with_outliers <- function(y, rows, factor = 12) {
  y[rows, ] <- rowMeans(y[rows, , drop = FALSE]) + factor * (y[rows, , drop = FALSE] - rowMeans(y[rows, , drop = FALSE]))
  labelled(short(y))
}
holed <- function(y, seed, share = 0.06) {
  set.seed(seed)
  replace(y, runif(length(y)) < share, NA)
}

equal <- with_outliers(trended(expression(45, three, 801, d0 = 8)), c(7, 23, 41))
unequal <- holed(equal, 802)
alike <- with_outliers(expression(50, two, 803, d0 = Inf), c(5, 30), 6)
unequal_alike <- holed(alike, 804)
of_three <- contrast_matrix(three, B = c(0, 1, 0), CvsB = c(0, -1, 1))
moderated <- function(name, y, design, ..., exact = if (anyNA(y)) "none" else "all", tables = list(list(coef = 2, number = 6, confint = TRUE))) {
  model("moderation", name, y, design, ebayes = list(...), exact = exact, tables = tables)
}

# ---- every combination of trend, robust and legacy ------------------------------------------------------------------

options <- expand.grid(trend = c(FALSE, TRUE), robust = c(FALSE, TRUE), legacy = c("auto", "old", "new"), stringsAsFactors = FALSE)
for (number in seq_len(nrow(options))) {
  chosen <- options[number, ]
  name <- paste0(chosen$legacy, if (chosen$trend) "_trend", if (chosen$robust) "_robust")
  arguments <- list(trend = chosen$trend, robust = chosen$robust)
  if (chosen$legacy != "auto") arguments$legacy <- chosen$legacy == "old"
  for (data in c("equal", "unequal")) {
    do.call(moderated, c(list(paste(data, name, sep = "_"), get(data), three), arguments))
  }
  if (chosen$legacy == "auto") next
  do.call(moderated, c(list(paste("alike", name, sep = "_"), alike, two), arguments))
}
moderated("unequal_alike", unequal_alike, two)
moderated("unequal_alike_robust", unequal_alike, two, robust = TRUE)
moderated("unequal_alike_robust_trend", unequal_alike, two, robust = TRUE, trend = TRUE)

# ---- covariates, spans, tails, shares -------------------------------------------------------------------------------

set.seed(805)
covariate <- short(rnorm(45))
coarse <- rep(c(1, 2, 5, 9), length.out = 45)
moderated("covariate_robust", equal, three, trend = covariate, robust = TRUE)
moderated("covariate_new", equal, three, trend = covariate, legacy = FALSE)
moderated("covariate_unequal", unequal, three, trend = covariate)
moderated("covariate_unequal_robust", unequal, three, trend = covariate, robust = TRUE)
moderated("coarse_covariate_robust", equal, three, trend = coarse, robust = TRUE)
moderated("coarse_covariate_unequal", unequal, three, trend = coarse)
moderated("span", equal, three, trend = TRUE, span = 0.5)
moderated("span_robust", equal, three, trend = TRUE, span = 0.4, robust = TRUE, tables = list())
moderated("span_of_all_robust", equal, three, trend = TRUE, span = 1, robust = TRUE)
moderated("span_unequal", unequal, three, trend = TRUE, span = 0.8)
moderated("span_of_all", unequal, three, trend = TRUE, span = 1)
moderated("span_without_trend", equal, three, span = 0.5)
moderated("wide_tails", equal, three, robust = TRUE, winsor.tail.p = c(0.1, 0.2))
moderated("upper_tail_mostly", equal, three, robust = TRUE, winsor.tail.p = c(0.002, 0.15))
moderated("lower_tail_mostly", equal, three, robust = TRUE, winsor.tail.p = c(0.1, 0.002))
moderated("narrow_tails", equal, three, robust = TRUE, winsor.tail.p = c(0.005, 0.01))
moderated("one_tail", equal, three, robust = TRUE, winsor.tail.p = 0.08)
moderated("wide_tails_trend", equal, three, robust = TRUE, trend = TRUE, winsor.tail.p = c(0.1, 0.2))
moderated("proportion_robust", equal, three, robust = TRUE, proportion = 0.2)
moderated("proportion_unequal", unequal, three, proportion = 0.05)
moderated("limits_robust", equal, three, robust = TRUE, stdev.coef.lim = c(0.5, 1))
moderated("limits_unequal", unequal, three, stdev.coef.lim = c(0.01, 0.3))

# ---- variances of zero, rows without degrees of freedom, few rows ---------------------------------------------------

# Zeros throughout, so that the variance is 0 in any arithmetic.
constant <- function(y, rows) replace(y, cbind(rep(rows, ncol(y)), rep(seq_len(ncol(y)), each = length(rows))), 0)
moderated("zeros_robust", constant(equal, 1:4), three, robust = TRUE)
moderated("zeros_new", constant(equal, 1:4), three, legacy = FALSE)
moderated("zeros_new_robust", constant(equal, 1:4), three, legacy = FALSE, robust = TRUE)
moderated("zeros_trend_robust", constant(equal, 1:4), three, trend = TRUE, robust = TRUE)
moderated("zeros_unequal", constant(unequal, 1:4), three)
moderated("zeros_unequal_trend", constant(unequal, 1:4), three, trend = TRUE)
# Three values in three groups leave nothing for the variance.
spent <- function(y, rows) {
  y[rows, ] <- NA
  y[rows, c(1, 4, 7)] <- matrix(c(6.5, 7, 9.25), length(rows), 3, byrow = TRUE) * (1 + rows / 64)
  y
}
moderated("no_df", spent(equal, c(2, 30, 31)), three)
moderated("no_df_trend", spent(equal, c(2, 30, 31)), three, trend = TRUE)
moderated("no_df_robust", spent(equal, c(2, 30, 31)), three, robust = TRUE)
moderated("no_df_robust_trend", spent(equal, c(2, 30, 31)), three, robust = TRUE, trend = TRUE)
moderated("no_df_unequal", spent(unequal, c(2, 30, 31)), three)
moderated("no_df_unequal_robust", spent(unequal, c(2, 30, 31)), three, robust = TRUE, trend = TRUE)
for (rows in c(2, 3, 4, 5, 10)) {
  y <- expression(rows, three, 810 + rows)
  moderated(paste0(rows, "_rows_robust"), y, three, robust = TRUE)
  moderated(paste0(rows, "_rows_new"), y, three, legacy = FALSE)
  moderated(paste0(rows, "_rows_unequal"), replace(y, cbind(1, 2), NA), three)
  if (rows > 3) moderated(paste0(rows, "_rows_new_robust_trend"), y, three, legacy = FALSE, robust = TRUE, trend = TRUE)
}
model("moderation", "contrasts_robust_trend", equal, three, contrasts = of_three, ebayes = list(robust = TRUE, trend = TRUE), exact = "all",
  tables = list(list(coef = 1, number = 45), list(number = 10)), f_tables = list(list(number = 6)), decisions = list(list(), list(method = "global")))
model("moderation", "contrasts_unequal", unequal, three, contrasts = of_three, tables = list(list(coef = "CvsB", number = 45), list(number = 10)),
  decisions = list(list(), list(method = "global")))

# ---- thresholds -----------------------------------------------------------------------------------------------------

lively <- with_outliers(expression(40, three, 820, s2 = 0.02), c(3, 17), 8)
sparse <- replace(holed(lively, 821), cbind(c(5, 5, 5, 9, 9, 9), c(4:6, 4:6)), NA)
shown <- list(list(coef = 2, number = 8), list(coef = "groupC", number = 40, sort.by = "logFC"), list(coef = 3, number = 10, sort.by = "AveExpr"))
threshold <- function(name, y = lively, design = three, ..., exact = if (anyNA(y)) "none" else "all") {
  model("thresholds", name, y, design, treat = list(...), moderate = FALSE, exact = exact, treat_tables = shown,
    treat_decisions = list(list(), list(method = "global", p.value = 0.1)))
}
threshold("plain")
threshold("fc", fc = 1.5)
threshold("fc_below_one", fc = 0.8)
threshold("lfc", lfc = 0.5)
threshold("lfc_of_zero", lfc = 0)
threshold("lfc_negative", lfc = -0.3)
threshold("lfc_over_fc", lfc = 0.2, fc = 4)
threshold("trend", trend = TRUE)
threshold("robust", robust = TRUE)
threshold("robust_trend", robust = TRUE, trend = TRUE, lfc = 0.3)
threshold("wide_tails", robust = TRUE, winsor.tail.p = c(0.1, 0.2))
threshold("new", legacy = FALSE)
threshold("upshot", upshot = TRUE)
threshold("upshot_lfc", upshot = TRUE, lfc = 0.8)
threshold("upshot_lfc_of_zero", upshot = TRUE, lfc = 0)
threshold("upshot_robust", upshot = TRUE, robust = TRUE)
threshold("missing", sparse)
threshold("missing_old", sparse, legacy = TRUE)
threshold("missing_robust_trend", sparse, robust = TRUE, trend = TRUE)
threshold("missing_upshot", sparse, upshot = TRUE)
threshold("few_rows", lively[1:4, ])
threshold("infinite_df", alike, named_design(~ group + half, cbind(groups(c("A", "B"), 4), half = rep(0:1, 4))) |> `colnames<-`(c("(Intercept)", "groupB", "groupC")), fc = 1.1)
model("thresholds", "tiny_p_values", replace(lively, cbind(rep(1:3, 3), rep(7:9, each = 3)), lively[1:3, 7:9] + c(5, 200, 1e4)), three,
  treat = list(lfc = 1), moderate = FALSE, exact = "all", treat_tables = list(list(coef = 3, number = 5, adjust.method = "BY")))
model("thresholds", "contrasts_adjusted", lively, three, contrasts = of_three, treat = list(lfc = 0.25), exact = "all",
  treat_tables = lapply(c("none", "BH", "BY", "holm", "bonferroni"), function(m) list(coef = 2, number = 20, adjust.method = m)),
  treat_decisions = lapply(c("none", "BH", "BY", "holm", "bonferroni"), function(m) list(adjust.method = m, p.value = 0.1)))
model("thresholds", "filtered", lively, three, treat = list(lfc = 0.1), moderate = FALSE, exact = "all", treat_tables = list(
  list(coef = 3, number = Inf, p.value = 0.2), list(coef = 3, number = Inf, p.value = 0.3, sort.by = "t"), list(coef = 3, number = 12, confint = TRUE),
  list(coef = 3, number = 12, confint = 0.8, sort.by = "none"), list(coef = 3, number = Inf, lfc = 0.4)))

# ---- decisions ------------------------------------------------------------------------------------------------------

adjustments <- c("none", "BH", "BY", "holm", "bonferroni")
decision_lists <- lapply(c("separate", "global", "hierarchical", "nestedF"), function(method) c(
  lapply(adjustments, function(m) list(method = method, adjust.method = m)),
  list(list(method = method, p.value = 0.3), list(method = method, p.value = 0.3, lfc = 0.4), list(method = method, p.value = 0.3, lfc = 0.4, adjust.method = "none"))))
names(decision_lists) <- c("separate", "global", "hierarchical", "nested_f")
decisive <- expression(50, four_means, 830, s2 = 0.03)
decisive[11:20, 4:6] <- decisive[11:20, 4:6] + short(seq(-1.5, 1.5, length.out = 10))
of_four <- contrast_matrix(four_means, BvsA = c(-1, 1, 0, 0), CvsA = c(-1, 0, 1, 0), DvsA = c(-1, 0, 0, 1), DvsC = c(0, 0, -1, 1))
set.seed(831)
decisive_weights <- short(exp(0.5 * rnorm(600)))
for (method in names(decision_lists)) {
  asked <- decision_lists[[method]]
  decided <- function(name, y, design, ...) model("verdicts", paste(method, name, sep = "_"), y, design, ..., decisions = asked)
  decided("contrasts", decisive, four_means, contrasts = of_four, exact = "all")
  decided("coefficients", lively, three, contrasts = contrast_matrix(three, B = c(0, 1, 0), C = c(0, 0, 1)), exact = "all")
  decided("robust_trend", decisive, four_means, contrasts = of_four, ebayes = list(robust = TRUE, trend = TRUE), exact = "all")
  decided("weights", decisive, four_means, weights = matrix(decisive_weights, 50, 12), contrasts = of_four)
  decided("missing", holed(decisive, 832, 0.04), four_means, contrasts = of_four)
  decided("blocks", decisive, four_means, block = rep(1:4, 3), correlation = 0.2, contrasts = of_four, exact = "all")
  decided("few_rows", decisive[c(1, 2, 12, 20), ], four_means, contrasts = of_four, exact = "all")
}
# A row without any value: its tests are missing, and tests of all rows together leave it out.
gone <- replace(decisive, cbind(15, 1:12), NA)
model("verdicts", "separate_empty_row", gone, four_means, contrasts = of_four, decisions = decision_lists$separate, exact = "all")
model("verdicts", "global_empty_row", gone, four_means, contrasts = of_four, decisions = decision_lists$global, exact = "all")
classified <- list(list(), list(p.value = 0.05), list(p.value = 0.5), list(p.value = 1e-6))
model("verdicts", "classified_contrasts", decisive, four_means, contrasts = of_four, classified = classified, exact = "all")
model("verdicts", "classified_coefficients", lively, three, coefficients = c("groupB", "groupC"), classified = classified, exact = "all")
model("verdicts", "classified_single", decisive, four_means, contrasts = contrast_matrix(four_means, DvsA = c(-1, 0, 0, 1)), classified = classified, exact = "all")
model("verdicts", "classified_missing", holed(decisive, 833, 0.04), four_means, contrasts = of_four, classified = classified)
model("verdicts", "classified_empty_row", gone, four_means, contrasts = of_four, classified = classified, exact = "all")

# ---- plain vectors --------------------------------------------------------------------------------------------------

set.seed(840)
t_values <- short(matrix(2 * rnorm(120), 30, 4))
correlation <- matrix(c(1, 0.5, 0.3, 0, 0.5, 1, 0.5, 0.2, 0.3, 0.5, 1, -0.4, 0, 0.2, -0.4, 1), 4)
classify <- function(name, ...) add("prior_vectors", paste0("classify_", name), list(kind = "classify", ...))
classify("plain", t = t_values)
classify("p_value", t = t_values, p.value = 0.1)
classify("df", t = t_values, df = 5, p.value = 0.1)
classify("df_of_each", t = t_values, df = 3 + (1:30) %% 7, p.value = 0.1)
classify("correlated", t = t_values, cor.matrix = correlation, p.value = 0.05)
classify("singular_correlation", t = t_values[, 1:2], cor.matrix = matrix(1, 2, 2), p.value = 0.1)
classify("one_column", t = t_values[, 1, drop = FALSE], p.value = 0.1)
classify("missing", t = replace(t_values, cbind(3, 2), NA), p.value = 0.1)

variances <- short(0.1 * 5 / rchisq(80, 5) * rchisq(80, 4) / 4) + 2^-16
variances[c(11, 50)] <- variances[c(11, 50)] * 300
covariate <- short(rnorm(80))
df <- rep(c(2, 4, 8, 3.5), 20)
squeeze <- function(name, ...) add("prior_vectors", paste0("squeeze_", name), list(kind = "squeeze", ...))
squeeze("robust", var = variances, df = 4, robust = TRUE)
squeeze("robust_covariate", var = variances, df = 4, robust = TRUE, covariate = covariate)
squeeze("robust_unequal", var = variances, df = df, robust = TRUE)
squeeze("robust_unequal_old", var = variances, df = df, robust = TRUE, legacy = TRUE)
squeeze("robust_unequal_covariate", var = variances, df = df, robust = TRUE, covariate = covariate)
squeeze("unequal", var = variances, df = df)
squeeze("unequal_old", var = variances, df = df, legacy = TRUE)
squeeze("unequal_covariate_span", var = variances, df = df, covariate = covariate, span = 0.6)
squeeze("span_alone", var = variances, df = 4, span = 0.6)
squeeze("new", var = variances, df = 4, legacy = FALSE)
squeeze("some_df_zero_robust", var = variances, df = rep(c(4, 4, 0, 4), 20), robust = TRUE)
squeeze("some_df_zero_unequal", var = variances, df = rep(c(4, 0, 6, 4), 20))
squeeze("tails", var = variances, df = 4, robust = TRUE, winsor.tail.p = c(0.02, 0.2))
squeeze("two_unequal", var = variances[1:2], df = c(3, 4))
squeeze("three_unequal", var = variances[1:3], df = c(3, 4, 5))

robustly <- function(name, ...) add("prior_vectors", paste0("f_dist_robustly_", name), list(kind = "f_dist_robustly", ...))
robustly("plain", x = variances, df1 = 4)
robustly("unequal_df", x = variances, df1 = df)
robustly("covariate", x = variances, df1 = 4, covariate = covariate)
robustly("covariate_unequal_df", x = variances, df1 = df, covariate = covariate)
robustly("tails", x = variances, df1 = 4, winsor.tail.p = c(0.1, 0.1))
robustly("no_tails", x = variances, df1 = 4, winsor.tail.p = c(0, 0))
robustly("zeros", x = replace(variances, 1:5, 0), df1 = 4)
robustly("zero_df_among", x = variances, df1 = rep(c(4, 4, 0, 4), 20))
robustly("zero_df_covariate", x = variances, df1 = rep(c(4, 4, 0, 4), 20), covariate = covariate)
robustly("infinite_df2", x = short(rchisq(60, 4) / 4 * 0.3 + 0.2), df1 = 4)
robustly("infinite_df2_with_outliers", x = replace(short(rchisq(60, 4) / 4 * 0.3) + 2^-16, c(4, 44), c(9, 300)), df1 = 4)
robustly("one_far_outlier", x = replace(variances, 30, 1e12), df1 = 4)
robustly("five", x = variances[1:5], df1 = 4)
robustly("three", x = variances[1:3], df1 = 4)
robustly("two", x = variances[1:2], df1 = 4)

unequally <- function(name, ...) add("prior_vectors", paste0("f_dist_unequal_", name), list(kind = "f_dist_unequal", ...))
unequally("plain", x = variances, df1 = df)
unequally("equal_df", x = variances, df1 = rep(4, 80))
unequally("robust", x = variances, df1 = df, robust = TRUE)
unequally("robust_nothing_flagged", x = variances[12:49], df1 = df[12:49], robust = TRUE)
unequally("covariate", x = variances, df1 = df, covariate = covariate)
unequally("covariate_robust", x = variances, df1 = df, covariate = covariate, robust = TRUE)
unequally("covariate_span", x = variances, df1 = df, covariate = covariate, span = 0.35)
unequally("tied_covariate", x = variances, df1 = df, covariate = rep(c(1, 2, 3, 10), 20))
unequally("weights", x = variances, df1 = df, prior.weights = rep(c(1, 0.5, 0.25, 0, 1), 16))
unequally("weights_covariate", x = variances, df1 = df, covariate = covariate, prior.weights = rep(c(1, 0.5, 0.25, 0, 1), 16))
unequally("zeros", x = replace(variances, 1:5, 0), df1 = df)
unequally("zero_df_among", x = variances, df1 = rep(c(4, 2, 0, 4), 20))
unequally("tiny_df", x = variances, df1 = rep(c(4, 0.005, 0.02, 4), 20))
unequally("missing", x = replace(variances, c(2, 9), NA), df1 = df)
unequally("infinite_df2", x = short(rchisq(60, 4) / 4 * 0.01 + 0.2), df1 = rep(c(4, 5), 30))
unequally("smallest_df2", x = 10^seq(-9, 9, length.out = 40), df1 = rep(c(3, 4), 20))
unequally("one_far_outlier", x = replace(variances, 30, 1e12), df1 = df, robust = TRUE)
unequally("three", x = variances[1:3], df1 = c(3, 4, 5))
unequally("two", x = variances[1:2], df1 = c(3, 4))
unequally("scaled_1e12", x = variances * 1e12, df1 = df)

true_null <- function(name, p) add("prior_vectors", paste0("true_null_", name), list(kind = "true_null", p = p))
set.seed(841)
true_null("mixed", c(runif(150), rbeta(50, 0.2, 4)))
true_null("uniform", runif(100))
true_null("all_small", runif(60)^6)
true_null("few", c(0.01, 0.2, 0.7, 0.9))
true_null("conservative", sqrt(runif(80)))
true_null("missing", replace(runif(50), c(3, 20), NA))
true_null("ties_and_ends", c(0, 0, 1, 1, rep(0.05, 5), seq(0, 1, by = 0.1)))

write_topics(folder)
