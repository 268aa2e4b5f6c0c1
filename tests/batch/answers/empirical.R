# Reference answers of sva for the adjustment of batches, one for each option and kind of data.
# Run in this folder: Rscript empirical.R > empirical.json   (written with sva 3.60 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(sva); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
cases <- list()
quiet <- function(e) suppressMessages(suppressWarnings(e))
matrices <- list()
add <- function(name, of, mod = NULL, ...) {
  p <- matrices[[of]]
  capture.output(value <- quiet(ComBat(p$y, p$batch, mod = if (is.null(mod)) NULL else p[[mod]], ...)))
  options <- list(...)
  args <- list(matrix = unbox(of), design = if (is.null(mod)) NULL else unbox(mod), parametric = unbox(!identical(options$par.prior, FALSE)), mean_only = unbox(isTRUE(options$mean.only)),
               reference_batch = if (is.null(options$ref.batch)) NULL else unbox(options$ref.batch))
  cases[[length(cases) + 1]] <<- list(name = unbox(name), args = args, value = hex(value))
}
problem <- function(features, sizes, shift = 1, spread = 0.4) {
  batch <- rep(seq_along(sizes), sizes); n <- length(batch)
  y <- matrix(rnorm(features * n), features) * sqrt(1 / rgamma(features, 4, 3))
  gamma <- matrix(rnorm(features * length(sizes), rep(rnorm(length(sizes), 0, shift), each = features), 0.5), features)
  delta <- exp(matrix(rnorm(features * length(sizes), rep(rnorm(length(sizes), 0, spread), each = features), 0.3), features))
  list(y = 8 + gamma[, batch] + delta[, batch] * y, batch = batch)
}
set.seed(1)
G <- 16; p <- problem(G, c(3, 5, 7)); n <- length(p$batch)
p$group <- cbind(1, rep(0:1, length.out = n)); p$two <- cbind(p$group, rnorm(n))
with <- function(y) { p$y <- y; p }
few <- p$y; few[cbind(sample(4:G, 12), sample(4:n, 12, TRUE))] <- NA; few[5, 5:6] <- NA; few[6, 1] <- NA
flat <- p$y; flat[3, 4:8] <- 7; flat[9, 1:3] <- 0; flat[12, ] <- 5
known <- few; known[4, ] <- p$y[4, ]; known[4, 4:6] <- 6; known[4, 7:8] <- NA
only <- flat; only[3, 1] <- NA
sole <- problem(G, c(1, 4, 1, 6))
matrices <- list(plain = p, missing = with(few), flat = with(flat), known = with(known), only = with(only), sole = sole,
                 two = with(p$y[1:2, ]), tiny = with(p$y * 2^-400), far = with(p$y + 1e6), unlike = with(p$y * 5^p$batch[col(p$y)]))
for (parametric in c(TRUE, FALSE)) for (mean_only in c(FALSE, TRUE)) {
  tag <- function(s) paste0(if (parametric) "parametric" else "non-parametric", if (mean_only) ", means only", ", ", s)
  run <- function(s, ...) add(tag(s), ..., par.prior = parametric, mean.only = mean_only)
  run("plain", "plain"); run("group", "plain", "group"); run("two covariates, reference", "plain", "two", ref.batch = 2)
  run("missing", "missing"); run("missing, covariates", "missing", "two"); run("missing, reference", "missing", "group", ref.batch = 3)
  run("constant in a batch", "flat", "group")
}
add("batches of one sample", "sole"); add("batches of one sample, non-parametric", "sole", par.prior = FALSE)
add("batches of one sample, reference", "sole", ref.batch = 2)
add("constant where known", "known"); add("constant where known, non-parametric", "known", par.prior = FALSE)
add("missing in a constant feature alone", "only"); add("two features", "two")
add("small units", "tiny"); add("far from zero", "far", "group"); add("unlike batches", "unlike")
stored <- lapply(matrices, function(m) list(features = unbox(nrow(m$y)), y = hex(m$y), batch = m$batch, group = hex(m$group), two = hex(m$two)))
cat(toJSON(list(versions = list(R = unbox(R.version.string), sva = unbox(as.character(packageVersion("sva")))), matrices = stored, cases = cases), null = "null"), "\n")
