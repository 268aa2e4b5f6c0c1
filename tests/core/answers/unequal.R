# Reference answers of limma for priors by profile likelihood and for lowess with weights.
# Run in this folder: Rscript unequal.R > unequal.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
cases <- list()
add <- function(call, name, args, result) {
  keep <- function(l) lapply(l[!vapply(l, is.null, NA)], function(x) if (length(x) == 1 && is.null(attr(x, "vector"))) unbox(hex(x)) else hex(x))
  cases[[length(cases) + 1]] <<- list(call = unbox(call), name = unbox(name), args = keep(args), result = keep(result))
}
vec <- function(x) if (is.null(x)) NULL else structure(x, vector = TRUE)
quiet <- suppressWarnings

# Priors
f_var <- function(n, d, d0, s0 = 1) s0 * rchisq(n, d) / d / (if (is.finite(d0)) rchisq(n, d0) / d0 else 1)
fit <- function(name, x, df1, covariate = NULL, span = NULL, robust = FALSE, weights = NULL) {
  a <- quiet(fitFDistUnequalDF1(x, df1, covariate = covariate, span = span, robust = robust, prior.weights = weights))
  add("fit_f_dist_unequal_df1", name,
      list(x = vec(x), df1 = if (length(df1) > 1) vec(df1) else df1, covariate = vec(covariate), span = span, robust = as.numeric(robust), prior_weights = vec(weights)),
      list(scale = if (is.null(covariate)) a$scale else vec(a$scale), df2 = a$df2, df2_shrunk = vec(a$df2.shrunk)))
}
set.seed(1)
for (n in c(1:6, 20, 60)) for (d0 in c(3, 10, Inf)) { d <- sample(c(2, 3, 5), n, TRUE); fit(paste("n", n, "d0", d0), f_var(n, d, d0, 2), vec(d)) }
n <- 60; d <- sample(2:6, n, TRUE); x <- f_var(n, d, 8, 0.5); far <- replace(x, 1:3, c(300, 90, 60)); w <- runif(n)
for (r in c(FALSE, TRUE)) {
  tag <- function(s) if (r) paste0(s, ", robust") else s
  two <- rep(3:4, c(20, 40))
  fit(tag("equal df"), f_var(n, 4, 8), 4, robust = r); fit(tag("two df"), f_var(n, two, 8), two, robust = r); fit(tag("fractional df"), x, runif(n, 0.3, 9), robust = r)
  fit(tag("outliers"), far, d, robust = r); fit(tag("equal outliers"), replace(x, 1:4, c(60, 60, 90, 90)), d, robust = r); fit(tag("low outliers"), replace(x, 1:2, 1e-8), d, robust = r)
  fit(tag("hopeless outliers"), replace(x, 1:2, 1e300), d, robust = r); fit(tag("outliers beyond the smallest p"), replace(x, 1:4, 1e100), 40, robust = r)
  fit(tag("missing"), replace(far, 5:7, NA), d, robust = r); fit(tag("no df"), far, replace(d, 11:20, 0), robust = r); fit(tag("outliers without df"), far, replace(d, 1:2, 0), robust = r)
  fit(tag("hardly any df"), far, replace(d, 1:2, c(0.0099, 0.011)), robust = r); fit(tag("zero without df"), replace(far, 5:7, 0), replace(d, 5:7, 0), robust = r)
  fit(tag("zeros"), replace(far, 5:7, 0), d, robust = r); fit(tag("mostly zero"), replace(far, 11:60, 0), d, robust = r); fit(tag("negative"), replace(far, 5, -1), d, robust = r)
  fit(tag("weights"), x, d, robust = r, weights = w); fit(tag("weights and outliers"), far, d, robust = r, weights = w); fit(tag("weights of zero"), far, d, robust = r, weights = replace(w, 31:60, 0))
  fit(tag("all equal"), rep(3, n), d, robust = r); fit(tag("unit 1e-200"), far * 1e-200, d, robust = r); fit(tag("unit 1e200"), far * 1e200, d, robust = r)
  fit(tag("nothing positive"), rep(0, 5), 3, robust = r); fit(tag("nothing known"), rep(NA_real_, 5), 3, robust = r); fit(tag("two beside zero"), c(1, 2, 0), 3, robust = r)
}
set.seed(2)
for (n in c(3, 5, 6, 30, 60, 600)) {
  d <- sample(2:6, n, TRUE); a <- rnorm(n, 7, 2); x <- f_var(n, d, 8) * exp(sin(a) - 0.3 * a); far <- x * c(50, 90, 200, rep(1, n - 3)); w <- runif(n)
  for (r in c(FALSE, TRUE)) {
    tag <- function(s) paste0("trend, n ", n, s, if (r) ", robust")
    fit(tag(""), x, d, a, robust = r)
    if (n > 6 && n < 600) fit(tag(", outliers"), far, d, a, robust = r)
    if (!r && n < 600) fit(tag(", span"), far, d, a, span = 0.4)
    if (n == 60) {
      fit(tag(", equal df"), far, 4, a, robust = r); fit(tag(", missing"), replace(far, 5:9, NA), d, a, robust = r); fit(tag(", no df"), far, replace(d, 5:9, 0), a, robust = r)
      fit(tag(", mostly no df"), far, replace(d, 1:50, 0), a, robust = r); fit(tag(", zeros"), replace(far, 5:9, 0), d, a, robust = r); fit(tag(", weights"), far, d, a, robust = r, weights = w)
      fit(tag(", ties"), far, d, round(a), robust = r); fit(tag(", constant covariate"), far, d, rep(3, n), robust = r)
    }
  }
}

# Lowess
weighted <- function(name, x, y, weights = NULL, span = 0.3, iterations = 4, delta = NULL, npts = 200)
  add("weighted_lowess", name, list(x = vec(x), y = vec(y), weights = vec(weights), span = span, iterations = iterations, delta = delta, n_points = npts),
      list(value = vec(weightedLowess(x, y, weights, span = span, iterations = iterations, delta = delta, npts = npts)$fitted)))
set.seed(3)
for (n in c(10, 50, 250)) {
  x <- runif(n); y <- rnorm(n) + 3 * sin(6 * x); w <- runif(n)
  for (span in if (n > 200) 0.4 else c(0.4, 1)) for (iterations in c(1, 2, 4)) weighted(paste("n", n, "span", span, "iterations", iterations), x, y, w, span, iterations)
  weighted(paste("no weights, n", n), x, y, span = 0.5); weighted(paste("every point, n", n), x, y, w, 0.6, delta = 0); weighted(paste("wide steps, n", n), x, y, w, 0.6, delta = 0.1)
  if (n > 200) next
  weighted(paste("few lines, n", n), x, y, w, 0.6, npts = 4); weighted(paste("one line, n", n), x, y, w, 0.6, npts = 1); weighted(paste("ties, n", n), round(x, 1), y, w, 0.6)
  weighted(paste("grid, n", n), seq_len(n), y, w, 0.6); weighted(paste("weights of zero, n", n), x, y, replace(w, seq(1, n, 3), 0), 0.6); weighted(paste("counts, n", n), x, y, 1 + seq_len(n) %% 3, 0.6)
  weighted(paste("clusters, n", n), round(x) + x / 1000, y, w, 0.5, 1)
}
x <- c(0, 1e-8, 2e-8, 3e-8, 1, 1 + 1e-8, 1 + 2e-8, 2); weighted("windows like a point", x, 1:8, rep(1:2, 4), 0.4, 1); weighted("windows too narrow for a slope", x * 1e4, 1:8, rep(1:2, 4), 0.4, 1)
weighted("one x", rep(2, 5), c(1, 5, 2, 3, 3), 1:5, 0.3); weighted("two points", 1:2, c(3, 1), 1:2, 0.3); weighted("mostly exact", 1:40, replace(rep(0, 40), 20, 1), rep(1:2, 20), 0.2)

loess <- function(name, x, y, weights = NULL, ..., as_null = TRUE)
  add("loess_fit", name, list(x = vec(x), y = vec(y), weights = vec(weights), ..., equal_weights_as_null = as.numeric(as_null)),
      list(value = vec(loessFit(y, x, weights = weights, equal.weights.as.null = as_null, ...)$fitted)))
n <- 50; x <- runif(n); y <- rnorm(n) + 3 * x; w <- runif(n)
for (k in c(1:9, 14, 15)) for (span in c(0.1, 0.3, 1)) loess(paste("n", k, "span", span), x[1:k], y[1:k], w[1:k], span = span)
loess("no weights", x, y); loess("one fit", x, y, w, iterations = 1); loess("missing y", x, replace(y, 3:5, NA), w); loess("missing x", replace(x, 3:5, NA), y, w); loess("infinite", replace(x, 3, Inf), replace(y, 4, -Inf), w)
loess("missing weights", x, y, replace(w, 3:5, NA)); loess("weights of zero", x, y, replace(w, 3:25, 0)); loess("equal weights", x, y, rep(2, n)); loess("equal weights used", x, y, rep(2, n), as_null = FALSE)
loess("all weights zero", x, y, rep(0, n)); loess("equal where known", x, replace(y, 3, NA), replace(rep(1, n), 3, 2)); loess("weights beyond the most", x, y, w * 1e9); loess("nothing known", rep(NA_real_, 5), 1:5, 1:5)

cat(toJSON(list(versions = list(R = unbox(R.version.string), limma = unbox(as.character(packageVersion("limma")))), cases = cases)), "\n")
