# Reference answers of limma and R for smoothing and for robust priors.
# Run in this folder: Rscript robust.R > robust.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
cases <- list()
add <- function(call, name, args, result) {
  keep <- function(l) lapply(l[!vapply(l, is.null, NA)], function(x) if (is.null(attr(x, "vector"))) unbox(hex(x)) else hex(x))
  cases[[length(cases) + 1]] <<- list(call = unbox(call), name = unbox(name), args = keep(args), result = keep(result))
}
vec <- function(x) structure(x, vector = TRUE)

# Lowess. Fitted values go back to the order in which the points were given.
smooth <- function(name, x, y, span, iterations = 3, delta = NULL) {
  fit <- if (is.null(delta)) lowess(x, y, f = span, iter = iterations) else lowess(x, y, f = span, iter = iterations, delta = delta)
  add("lowess", name, list(x = vec(x), y = vec(y), span = span, iterations = iterations, delta = delta), list(value = vec(replace(y, order(x), fit$y))))
}
set.seed(1)
for (n in c(1:9, 40, 150)) for (span in c(0.3, 0.7, 1)) smooth(paste("n", n, "span", span), rnorm(n), rt(n, 2), span)
x <- rnorm(150); y <- sin(2 * x) + rt(150, 2)
for (k in c(0, 1, 5)) smooth(paste("passes", k), x, y, 0.4, k)
for (delta in c(0, 0.3, 100)) smooth(paste("delta", delta), x, y, 0.4, 3, delta)
smooth("ties", round(x, 1), y, 0.4); smooth("many ties", round(x), y, 0.2); smooth("one x", rep(3, 20), y[1:20], 0.5); smooth("skewed x", exp(3 * x), y, 0.4)
smooth("grid", seq_len(100) * 0.1, y[1:100], 0.25); smooth("line", as.double(1:50), 2 * (1:50), 0.3); smooth("far from 0", x + 1e6, y, 0.4); smooth("small unit", x, y * 1e-200, 0.4)
smooth("tiny span", x, y, 0.001)

# Robust priors
robust <- function(name, x, df1, covariate = NULL, tails = c(0.05, 0.1)) {
  fit <- suppressWarnings(fitFDistRobustly(x, df1, covariate = covariate, winsor.tail.p = tails))
  add("fit_f_dist_robustly", name, list(x = vec(x), df1 = if (length(df1) > 1) vec(df1) else df1, covariate = if (!is.null(covariate)) vec(covariate), winsor_tail_p = vec(tails)),
      list(scale = if (length(fit$scale) > 1) vec(fit$scale) else fit$scale, df2 = fit$df2, df2_shrunk = vec(fit$df2.shrunk)))
}
variances <- function(n, d, d0) 0.3 * rchisq(n, d) / d / (if (is.finite(d0)) rchisq(n, d0) / d0 else 1)
set.seed(2)
for (n in c(3, 4, 6, 10, 30, 120)) for (d in c(1, 5)) for (d0 in c(2, 20, Inf)) {
  x <- variances(n, d, d0); a <- rnorm(n, 7); x[1] <- x[1] * 1e3
  robust(paste("n", n, "df", d, "of", d0), x, d)
  if (n != 10) robust(paste("trend, n", n, "df", d, "of", d0), x * exp(a / 3), d, a)
}
x <- variances(120, 4, 6); a <- rnorm(120, 7); x[1:4] <- x[1:4] * c(1e2, 1e3, 1e4, 1e30); trend <- x * exp(a / 3); uneven <- rep(c(3, 4, 7.5), 40)
robust("no outlier", variances(120, 4, 6), 4); robust("unit 1e-8", x * 1e-8, 4); robust("tails", x, 4, tails = c(0.1, 0.25)); robust("lower tail alone", x, 4, tails = c(0.2, 0.001))
robust("zeros", replace(x, 9:12, 0), 4); robust("slightly below zero", replace(x, 9:12, -1e-3), 4); robust("ties", round(x, 1) + 0.1, 4)
robust("missing", replace(x, c(2, 9), NA), 4); robust("missing, trend", replace(trend, c(2, 9), NA), 4, a); robust("no df", x, replace(rep(4, 120), c(2, 9), 0)); robust("no df, trend", trend, replace(rep(4, 120), c(2, 9), 0), a)
robust("missing at the ends", replace(trend, c(which.min(a), which.max(a)), NA), 4, a); robust("missing beside ties", replace(trend, c(2, 9), NA), 4, round(a))
robust("df that differ", x, uneven); robust("df that differ, trend", trend, uneven, a); robust("df that differ, none of some", x, replace(uneven, 4:9, 0)); robust("df that differ, zeros", replace(x, 9:12, 0), uneven)
robust("df that differ, infinite prior", variances(120, uneven, Inf), uneven); robust("df that differ, many", replace(variances(120, 300, Inf), 1:2, c(1e3, 1e-3)), rep(c(100, 300), 60))
robust("infinite prior, trend", variances(120, 4, Inf) * exp(a / 3), 4, a); robust("many df", x, 1e3); robust("half a df", x, 0.5)

cat(toJSON(list(versions = list(R = unbox(R.version.string), limma = unbox(as.character(packageVersion("limma")))), cases = cases)), "\n")
