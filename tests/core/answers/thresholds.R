# Reference answers of limma and qvalue for tests against thresholds, nested F and shares of true null hypotheses.
# Run in this folder: Rscript thresholds.R > thresholds.json   (written with limma 3.68 and qvalue 2.44 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(qvalue); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
cases <- list()
add <- function(call, name, args, result) {
  keep <- function(l) lapply(l[!vapply(l, is.null, NA)], function(x) if (length(x) == 1 && is.null(attr(x, "vector"))) unbox(hex(x)) else hex(x))
  cases[[length(cases) + 1]] <<- list(call = unbox(call), name = unbox(name), args = keep(args), result = keep(result))
}
vec <- function(x) if (is.null(x)) NULL else structure(c(x), vector = TRUE)
quiet <- suppressWarnings

# Thresholds: one coefficient, priors by moments; deep tails in logs by R's own t distribution
log_sum <- function(a, b) pmax(a, b) + log1p(exp(-abs(a - b)))
threshold <- function(name, b, u, s, d, lfc, upshot = FALSE) {
  fit <- new("MArrayLM", list(coefficients = matrix(b), stdev.unscaled = matrix(u), sigma = s, df.residual = d))
  a <- quiet(treat(fit, lfc = lfc, legacy = TRUE, upshot = upshot))
  se <- u * sqrt(a$s2.post)
  tail <- function(q) pt(q, a$df.total, lower.tail = FALSE, log.p = TRUE)
  log_p <- if (upshot) NULL else log_sum(tail((abs(b) - lfc) / se), tail((abs(b) + lfc) / se))
  add("treat", name, list(effect = vec(b), unscaled = vec(u), sigma = vec(s), df = vec(d), lfc = lfc, upshot = as.numeric(upshot)),
      list(t = vec(replace(a$t, is.na(b), NA)), p = vec(a$p.value), log_p = vec(log_p)))
}
set.seed(1)
problem <- function(name, n, d, df0, gaps = 0, far = 0, ...) {
  s <- sqrt(rchisq(n, 4) / 4 * 0.3 * (if (is.finite(df0)) df0 / rchisq(n, df0) else 1)); u <- runif(n, 0.3, 1)
  b <- rnorm(n, sd = 0.6); b[seq_len(far)] <- b[seq_len(far)] * 10^(seq_len(far) - 1); b[n + 1 - seq_len(gaps)] <- NA
  for (lfc in c(0, 0.05, log2(1.2), 1, 3)) for (upshot in c(FALSE, TRUE)) threshold(paste(name, "lfc", round(lfc, 2), if (upshot) "averaged"), b, u, s, rep_len(d, n), lfc, upshot)
}
problem("plain", 30, 4, 5); problem("gaps", 20, 6, 4, gaps = 3); problem("four features", 4, 2, Inf); problem("unequal df", 20, c(1, 3, 8, 30), 4)
problem("no df for some", 20, c(0, 3, 3), 4); problem("far out", 20, 50, 10, far = 9); problem("many df", 20, 1e4, Inf, far = 3)

# Nested F
classify <- function(name, t, cor = NULL, df = Inf, p = 0.05) {
  codes <- classifyTestsF(t, cor.matrix = cor, df = df, p.value = p)
  add("classify_tests_f", name, list(t = vec(t), columns = ncol(t), cor_matrix = vec(cor), df = if (length(df) > 1) vec(df) else df, p_value = p), list(codes = vec(unclass(codes))))
}
for (k in 1:5) for (p in c(0.01, 0.2)) {
  x <- matrix(rnorm(40 * k), 40); cor <- cor(matrix(rnorm(12 * k), 12)); t <- round(matrix(rnorm(30 * k, sd = 2), 30), 1)
  classify(paste(k, "independent", p), t, p = p); classify(paste(k, "correlated", p), t, cor, df = 7, p = p)
  classify(paste(k, "own df", p), replace(t, c(3, 30 * k), NA), cor, df = rep(c(1, 5, 20, 1e7, Inf), 6), p = p)
}
pair <- cbind(c(1, 0.5, 0.5), c(0.5, 1, -0.5), c(0.5, -0.5, 1)); classify("dependent", matrix(rnorm(60, sd = 2), 20), pair, df = 9)
classify("ties", cbind(c(3, -2, 2.5), c(3, 2, -2.5), c(0, 2, 2.5)))

# Shares of true nulls
share <- function(name, p) {
  a <- lapply(c(lfdr = "lfdr", mean = "mean", hist = "hist", convest = "convest"), function(m) propTrueNull(p, m))
  add("prop_true_null", name, list(p = vec(p)), c(a, seven = propTrueNull(p, "hist", nbins = 7)))
}
mixed <- function(n, nulls, a = 0.3, b = 4) ifelse(runif(n) < nulls, runif(n), rbeta(n, a, b))
for (n in c(1, 2, 5, 20, 60, 150)) for (nulls in c(0.2, 0.7, 1)) share(paste(n, "with", nulls), round(mixed(n, nulls), 4))
share("on the edges", c((0:20) / 20, (0:10) / 20)); share("ends", c(0, 0, 0, 1, 1)); share("hundredths", (0:100) / 100); share("small", 10^-(1:20)); share("large", 1 - (0:9) / 50)
share("where rounding strikes", c(0.281, 0.289, 0.29, 0.295, 0.561, 0.569, 0.575, 0.585, 0.001, 0.004, 0.02, 0.9, 0.7))
for (n in c(60, 300)) for (nulls in c(0.4, 0.8, 1)) {
  p <- round(mixed(n, nulls), 5); q <- qvalue(p, lfdr.out = FALSE)
  add("q_value", paste(n, "with", nulls), list(p = vec(p)), list(q = vec(q$qvalues), pi0 = q$pi0))
}

cat(toJSON(list(versions = list(R = unbox(R.version.string), limma = unbox(as.character(packageVersion("limma"))), qvalue = unbox(as.character(packageVersion("qvalue")))), cases = cases)), "\n")
