# Reference answers of limma, statmod and R's own distributions for the numbers in ebayes_lm/core.
# Run in this folder: Rscript core.R > core.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(statmod); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
cases <- list()
add <- function(call, name, args, result) {
  keep <- function(l) lapply(l[!vapply(l, is.null, NA)], function(x) if (is.character(x)) unbox(x) else if (length(x) == 1 && is.null(attr(x, "vector"))) unbox(hex(x)) else hex(x))
  cases[[length(cases) + 1]] <<- list(call = unbox(call), name = unbox(name), args = keep(args), result = keep(result))
}
vec <- function(x) structure(x, vector = TRUE)
quiet <- suppressWarnings

# Special functions
x <- c(10^seq(-8, 8, by = 0.5), 0.5, 1, 1.4616, 2, 3, 11.5, 11.999, 12, 12.5)
add("logmdigamma", "a wide range", list(x = x), list(value = logmdigamma(x)))
x <- c(0, 1e-300, 1e-7, 9.99e-7, 1e-6, 1.01e-6, 1e-5, 1e-3, 0.1, 0.5, 1, pi^2 / 6, 2, 10, 1e3, 1e5, 9.9e6, 1e7, 1.01e7, 1e10, 1e300, NA, -1)
add("trigamma_inverse", "a wide range", list(x = x), list(value = quiet(trigammaInverse(x))))

# Tails
for (df in c(0.01, 0.1, 0.5, 1, 2, 3.7, 5, 10, 33.3, 100, 1e3, 1e4, 1e6, 1e10, Inf)) {
  t <- c(0, 1e-3, 0.1, 0.5, 1, 1.5, 2, 3, 5, 8, 12, 20, 30, 37, 38, 39, 50, 100, 300, 1e3, 1e5, 1e10, 1e20, 1e50, 1e100, 1e150)
  add("t_tail", paste("df", df), list(t = t, df = df), list(p = 2 * pt(-t, df), log_p = log(2) + pt(-t, df, log.p = TRUE)))
}
# R loses the F tail in logs for many df1 beside very many df2, so df2 stops at 1e4 here
for (df1 in c(1, 2, 3, 7)) for (df2 in c(0.5, 2, 4.5, 10, 100, 1e4, Inf)) {
  f <- c(0, 0.1, 0.5, 1, 1.5, 2, 5, 10, 30, 100, 300, 700, 1e3, 1e4, 1e6, 1e10, 1e30, 1e100)
  add("f_tail", paste("df", df1, df2), list(f = f, df1 = df1, df2 = df2),
      list(p = pf(f, df1, df2, lower.tail = FALSE), log_p = pf(f, df1, df2, lower.tail = FALSE, log.p = TRUE)))
}
# quantiles where R's own are good to the last digits
for (df in c(1, 2, 4.5, 10, 33, 1e4, Inf)) {
  log_p <- -c(0.8, 1, 2, 5, 10, 30, 100, 300)
  add("t_quantile", paste("df", df), list(log_p = log_p + log(2), df = df), list(t = qt(log_p, df, lower.tail = FALSE, log.p = TRUE)))
}

# Adjustment
set.seed(1)
families <- list(plain = runif(30)^3, ties = round(runif(40)^2, 1), missing = c(0.01, NA, 0.04, 0.03, NA, 1, 0), small = 10^-(1:20),
                 one = vec(0.03), pair = c(0.9, 0.02), nulls = runif(60))
for (m in c("none", "BH", "fdr", "BY", "holm", "hochberg", "hommel", "bonferroni")) for (f in names(families))
  add("adjust_p", paste(m, f), list(p = vec(families[[f]]), method = m), list(value = vec(p.adjust(families[[f]], m))))

# The prior
set.seed(2)
f_var <- function(n, d, d0, s0) s0 * rchisq(n, d) / d / (if (is.finite(d0)) rchisq(n, d0) / d0 else 1)
fit <- function(name, x, df1, covariate = NULL) {
  a <- quiet(fitFDist(x, df1, covariate = covariate))
  a$scale <- if (is.null(covariate)) a$scale else vec(a$scale)
  add("fit_f_dist", name, list(x = vec(x), df1 = df1, covariate = if (!is.null(covariate)) vec(covariate)), a)
}
for (n in c(2, 3, 5, 6, 29, 30, 90)) for (d in c(1, 4)) {
  x <- f_var(n, d, 5, 0.7)
  fit(paste("n", n, "df", d), x, d)
  fit(paste("n", n, "df", d, "trend"), x, d, rnorm(n))
}
x <- f_var(60, 4, 3, 2)
a <- sort(rnorm(60, 7, 2)); trend <- x * exp(sin(a) - 0.3 * a)
fit("one variance", 2.5, 3); fit("one usable", c(2.5, NA, -1), 3)
fit("unit 1e-8", x * 1e-8, 4); fit("unit 1e8", x * 1e8, 4); fit("unit 1e-200", x * 1e-200, 4)
fit("unit 1e-8, trend", trend * 1e-8, 4, a); fit("unit 1e8, trend", trend * 1e8, 4, a)
fit("infinite prior", f_var(60, 10, Inf, 1), 8); fit("infinite prior, trend", exp(a) * (1 + 1e-3 * cos(1:60)), 4, a)
fit("all equal", rep(3, 9), 4)
fit("tiny df1", x, 1e-3); fit("huge df1", x, 1e6); fit("df1 1e12", x, 1e12); fit("nearly no spread", 1 + 1e-4 * cos(1:60), 1e10)
fit("some zero", replace(x, c(3, 9), 0), 4); fit("mostly zero", replace(x, 1:35, 0), 4); fit("all zero", rep(0, 6), 4)
fit("slightly below zero", replace(x, 5, -1e-16), 4); fit("missing, infinite, negative", replace(x, 1:6, c(NA, Inf, -1, NaN, -Inf, -2)), 4)
fit("df1 per feature", x, rep(c(4, 4, 0, NA, 4), 12)); fit("df1 that differ", x, rep(c(2, 3, 8), 20)); fit("df1 that differ, trend", trend, rep(c(2, 3, 8), 20), a)
fit("covariate linear", trend, 4, a); fit("covariate shifted", trend, 4, a + 1e6); fit("covariate unit 1e-12", trend, 4, a * 1e-12)
fit("covariate ties", trend, 4, round(a)); fit("covariate of two values", trend, 4, rep(0:1, 30)); fit("covariate of three values", trend, 4, rep(c(0, 1, 5), 20))
fit("covariate of four values", trend, 4, rep(c(0, 1, 5, 7, 7), 12)); fit("covariate constant", trend, 4, rep(6, 60))
fit("covariate constant, infinite prior", rep(1:3, 3), 4, rep(6, 9))
fit("covariate constant where usable", c(NA, x[1:9]), 4, c(5, rep(2, 9))); fit("two values where usable", c(NA, x[1:39]), 4, c(5, rep(1:3, 13)))
fit("covariate skewed", trend, 4, exp(a)); fit("ties at the lower end", x, 4, c(rep(0, 25), 1:35)); fit("ties at the upper end", x, 4, c(1:35, rep(99, 25)))
fit("ties at both ends", x, 4, c(rep(0, 25), 1:10, rep(40, 25))); fit("ties in the middle", x, 4, c(1:10, rep(30, 40), 31:40))
fit("covariate infinite", trend, 4, replace(a, c(1, 4, 60), c(-Inf, -Inf, Inf))); fit("covariate only infinite", trend, 4, rep(c(-Inf, Inf), 30))
fit("unusable beyond the range", replace(trend, c(1:3, 59, 60), NA), 4, a); fit("unusable and infinite", replace(trend, c(1, 60), NA), 4, replace(a, c(1, 60), c(-Inf, Inf)))

# Squeezing
squeeze <- function(name, var, df, covariate = NULL) {
  s <- quiet(squeezeVar(var, df, covariate = covariate))
  add("squeeze_var", name, list(var = vec(var), df = df, covariate = if (!is.null(covariate)) vec(covariate)),
      list(var_post = vec(s$var.post), var_prior = if (length(s$var.prior) > 1) vec(s$var.prior) else s$var.prior, df_prior = s$df.prior))
}
squeeze("plain", x, 4); squeeze("trend", trend, 4, a); squeeze("infinite prior", rep(1:3, 3), 4); squeeze("infinite prior, trend", exp(a) * (1 + 1e-3 * cos(1:60)), 4, a)
squeeze("three", 1:3, 4); squeeze("zero df", replace(x, 1:9, NA), replace(rep(4, 60), 1:9, 0)); squeeze("zero df, trend", replace(trend, 1:9, NA), replace(rep(4, 60), 1:9, 0), a)
squeeze("zero df with a value", c(5, 1, 2, 9), c(0, 4, 4, 4)); squeeze("missing with df", replace(x, 3, NA), 4); squeeze("one with df", c(2, NA, NA), c(4, 0, 0))
squeeze("zero variances", replace(x, c(3, 9), 0), 4); squeeze("unit 1e-8", x * 1e-8, 4)
add("squeeze_var", "two", list(var = 1:2, df = 4), with(squeezeVar(1:2, 4), list(var_post = var.post, var_prior = var.prior, df_prior = df.prior)))

# Log odds
odds <- function(name, coef, u, sigma, df, proportion = 0.01, lim = c(0.1, 4), robust = FALSE) {
  e <- quiet(eBayes(new("MArrayLM", list(coefficients = matrix(coef), stdev.unscaled = matrix(rep_len(u, length(coef))), sigma = sigma, df.residual = rep_len(df, length(coef)))),
              proportion = proportion, stdev.coef.lim = lim, robust = robust))
  add("log_odds", name, list(t = vec(e$t), stdev_unscaled = u, df_total = if (length(unique(e$df.total)) > 1) vec(e$df.total) else e$df.total[1], df_prior = if (length(e$df.prior) > 1) vec(e$df.prior) else e$df.prior,
      s2_prior = median(e$s2.prior), proportion = proportion, lower = lim[1], upper = lim[2]), list(var_prior = e$var.prior, lods = vec(e$lods)))
}
set.seed(3)
n <- 200; s <- sqrt(f_var(n, 4, 6, 0.5)); u <- runif(n, 0.4, 1); b <- rnorm(n) * s * u + c(rnorm(15, 0, 3), rep(0, n - 15)); wide <- c(1e-6, 1e60)
odds("plain", b, 0.5, s, 4); odds("own u", b, u, s, 4); odds("wide limits", b, u, s, 4, lim = wide); odds("more affected", b, u, s, 4, proportion = 0.3)
odds("half affected", b, u, s, 4, proportion = 0.5); odds("few features", b[1:4], u[1:4], s[1:4], 4); odds("one target", b, u, s, 4, proportion = 1e-4)
odds("infinite prior", b, u, rep(1, n), 4); odds("infinite prior, wide limits", b, u, rep(1, n), 4, lim = wide); odds("unit 1e-8", b * 1e-8, u, s * 1e-8, 4); odds("unit 1e8", b * 1e8, u, s * 1e8, 4)
odds("missing", replace(b, c(1, 2, 90:150), NA), u, s, 4); odds("no df for some", b, u, replace(s, c(1, 3, 20:40), NA), replace(rep(4, n), c(1, 3, 20:40), 0), lim = wide)
odds("no df for some, large t", replace(b, 1:3, c(1e6, 1e5, 1e4)), u, replace(s, c(1, 3, 20:40), NA), replace(rep(4, n), c(1, 3, 20:40), 0), lim = wide)
odds("huge t", replace(b, 1:3, c(1e150, -1e100, 1e80)), u, s, 4); odds("ties", round(b), 0.5, rep(c(1, 1.5, 0.3), 67)[1:n], 4, lim = wide); odds("t of zero", replace(b, 9, 0), u, s, 4)
odds("robust prior", b, u, replace(s, c(2, 7), 40), 4, lim = wide, robust = TRUE); odds("many df", b, u, s, 1e3); odds("tiny df", b, u, s, 0.3, lim = wide)

cat(toJSON(list(versions = list(R = unbox(R.version.string), limma = unbox(as.character(packageVersion("limma")))), cases = cases)), "\n")
