# Reference answers of limma's duplicateCorrelation and statmod's glmgam.fit.
# Run in this folder: Rscript correlation.R > correlation.json   (written with limma 3.68, statmod 1.5 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(statmod); library(jsonlite)})
source("writer.R")
arg <- function(x) {  # the name of a vector or matrix, which is stored once; a number as it is
  if (length(x) == 1) return(x)
  held <- match(list(stored(x)), inputs)
  if (is.na(held)) { inputs[[paste0("v", length(inputs) + 1)]] <<- stored(x); held <- length(inputs) }
  names(inputs)[held]
}
keep <- function(...) { a <- list(...); lapply(a[!vapply(a, is.null, NA)], arg) }
set.seed(2005)
drawn <- function(g, block, rho) {  # rows with that correlation within blocks
  n <- length(block)
  shared <- matrix(rnorm(g * max(block)), g)[, block]; own <- matrix(rnorm(g * n), g)
  y <- if (rho >= 0) sqrt(rho) * shared + sqrt(1 - rho) * own else own - (1 - sqrt(1 + rho)) * t(apply(own, 1, function(r) ave(r, block)))
  round(y * 1024) / 1024  # short in hexadecimal
}
holes <- function(y, share) { y[runif(length(y)) < share] <- NA; y }
blocked <- function(name, y, x, block, weights = NULL, trim = 0.15) {
  a <- suppressMessages(suppressWarnings(duplicateCorrelation(y, x, block = block, weights = weights, trim = trim)))
  add("blocks", name, keep(y = y, x = x, block = block, weights = weights, trim = trim), list(consensus = a$consensus.correlation, atanh = a$atanh.correlations))
}
pairs <- rep(1:6, each = 2); uneven <- c(1, 1, 1, 2, 2, 3, 3, 3, 3, 4, 5, 5); odd <- c(2, 1, 1, 3, 2, 1, 4, 4, 3, 1, 2, 4)
ones <- matrix(1, 12, 1); two <- cbind(1, rep(0:1, 6)); between <- cbind(1, rep(0:1, each = 6)); slope <- cbind(two, round(rnorm(12), 2))
blocked("pairs", drawn(12, pairs, 0.5), ones, pairs)
blocked("pairs, a factor within", drawn(12, pairs, 0.5), two, pairs)
blocked("pairs, a factor between", drawn(12, pairs, 0.5), between, pairs)
blocked("pairs, negative", drawn(12, pairs, -0.6), two, pairs)
blocked("pairs, a covariate", drawn(30, pairs, 0.4), slope, pairs)
blocked("uneven blocks", drawn(30, uneven, 0.4), slope, uneven)
blocked("uneven blocks, negative", drawn(30, uneven, -0.2), slope, uneven)
blocked("uneven blocks, high", drawn(30, uneven, 0.97), two, uneven)
blocked("blocks in any order", drawn(30, odd, 0.2), slope, odd)
blocked("group means", drawn(15, odd, 0.2), cbind(1 - two[, 2], two[, 2]), odd)
blocked("aliased columns", drawn(15, odd, 0.2), cbind(two, 1 - two[, 2]), odd)
y <- drawn(20, odd, 0.3)
for (trim in c(0, 0.1, 0.5)) blocked(paste("trim", trim), y, slope, odd, trim = trim)
blocked("missing values", holes(drawn(60, odd, 0.3), 0.2), slope, odd)
blocked("mostly missing", holes(drawn(120, odd, 0.3), 0.55), two, odd)
blocked("missing values, pairs", holes(drawn(60, pairs, 0.5), 0.15), two, pairs)
blocked("a block of four, seen in pairs", holes(drawn(40, odd, -0.3), 0.4), ones, odd)
blocked("weights of samples", drawn(30, odd, 0.3), slope, odd, weights = round(runif(12, 0.2, 3), 2))
blocked("weights of samples, pairs", drawn(30, pairs, 0.3), two, pairs, weights = round(runif(12, 0.2, 3), 2))
w <- matrix((ceiling(rgamma(40 * 12, 2) * 64)) / 64, 40)
blocked("weights", drawn(40, odd, 0.3), slope, odd, weights = w)
blocked("weights, pairs", drawn(40, pairs, 0.6), two, pairs, weights = w)
zero <- w; zero[sample(480, 60)] <- 0
blocked("weights of zero and missing values", holes(drawn(40, odd, 0.3), 0.1), two, odd, weights = zero)
blocked("wide weights", drawn(40, odd, 0.3), two, odd, weights = 2^matrix(round(rnorm(480, sd = 3)), 40))
y <- drawn(20, odd, 0.3); y[c(3, 9), ] <- 0
blocked("rows of zeros", y, two, odd)
blocked("other units", drawn(15, odd, 0.3) * 2^-12, two, odd)
blocked("other units, far from zero", 2^12 * (100 + drawn(15, odd, 0.3)), two, odd)
long <- rep(1:20, each = 3)[-c(2, 17, 33, 34)]
blocked("many blocks", drawn(15, long, 0.25), cbind(1, rep(0:1, 28), round(rnorm(56), 2)), long)

duplicated_rows <- function(name, y, x, ndups, spacing, weights = NULL) {
  a <- suppressWarnings(duplicateCorrelation(y, x, ndups = ndups, spacing = spacing, weights = weights))
  add("duplicates", name, keep(y = y, x = x, ndups = ndups, spacing = spacing, weights = weights), list(consensus = a$consensus.correlation, atanh = a$atanh.correlations))
}
side <- function(g, spacing, ndups, n, rho) {  # g features in ndups rows each, spacing rows apart
  y <- matrix(0, g * ndups, n)
  d <- drawn(g, rep(seq_len(n), each = ndups), rho)
  for (i in seq_len(g) - 1) for (k in seq_len(ndups) - 1)
    y[(i %/% spacing) * spacing * ndups + i %% spacing + k * spacing + 1, ] <- d[i + 1, seq(k + 1, by = ndups, length.out = n)]
  y
}
x6 <- cbind(1, rep(0:1, 3)); x5 <- cbind(1, c(0, 0, 1, 1, 1))
duplicated_rows("pairs of rows", side(20, 1, 2, 6, 0.7), x6, 2, 1)
duplicated_rows("halves", side(20, 20, 2, 6, 0.7), x6, 2, 20)
duplicated_rows("three rows, spacing 4", side(20, 4, 3, 5, 0.3), x5, 3, 4)
duplicated_rows("three rows, negative", side(20, 1, 3, 5, -0.3), x5, 3, 1)
duplicated_rows("missing values", holes(side(40, 5, 2, 6, 0.5), 0.15), x6, 2, 5)
duplicated_rows("weights", side(20, 5, 2, 6, 0.5), x6, 2, 5, weights = matrix(ceiling(runif(240, 0, 2) * 64) / 64, 40))
duplicated_rows("weights of samples", side(20, 1, 2, 6, 0.5), x6, 2, 1, weights = round(runif(6, 0.1, 2), 2))

# Squares of one df each on eigenvalues d, from where duplicateCorrelation starts them
for (k in 1:120) {
  m <- sample(3:10, 1); d <- c(rep(0, sample(0:4, 1)), round(rexp(m), sample(1:3, 1)))
  y <- abs(rnorm(1, sd = 3) + rnorm(1, sd = 2) * d) * rchisq(length(d), 1)
  if (k %% 9 == 0) y <- y * 10^round(runif(1, -8, 8))
  x <- cbind(1, d); start <- qr.solve(x, y)
  if (any(x %*% start < 0)) start <- c(mean(y), 0)
  f <- suppressWarnings(glmgam.fit(x, y, coef.start = start, maxit = 20))
  add("components", paste("draw", k), keep(d = d, squares = y), list(beta = f$coefficients))
}
finish("limma", "statmod")
