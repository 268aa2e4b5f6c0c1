# What the R package sva answered on small made-up sets, on the bladder arrays and on the counts of women and men that the package ships.
# Run in this folder: Rscript surrogates.R > surrogates.json   (written with sva 3.60 on R 4.6; data packages bladderbatch and DEGreport)
# Floats are stored as hexadecimal text, so that nothing is lost on the way; the bladder arrays are rounded to single precision as those of the package are.
suppressPackageStartupMessages({library(sva); library(Biobase); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
rows <- function(x) lapply(seq_len(nrow(x)), function(i) x[i, ])
hex_rows <- function(x) lapply(seq_len(nrow(x)), function(i) hex(x[i, ]))
silent <- function(expression) { capture.output(value <- suppressMessages(expression)); value }
every <- function(x, step) if (length(x)) hex(x[seq(1, length(x), by = step)]) else NULL
told <- function(s, step = 1) list(sv = hex_rows(as.matrix(s$sv)), association = every(s$pprob.gam, step), effect = every(s$pprob.b, step), n_sv = unbox(s$n.sv), step = unbox(step))
out <- list()

# p-values: many, few, at and beyond the bounds, tied
set.seed(1)
p_values <- list(usual = c(runif(700), rbeta(300, 0.3, 8)), few = c(runif(30), rbeta(10, 0.2, 8)), null = runif(500), bounds = c(0, 1, 1e-12, 1 - 1e-12, runif(200)), tied = round(c(runif(150), rbeta(100, 0.3, 8)), 2), one_sided = rbeta(400, 0.3, 3))
out$local_fdr <- lapply(p_values, function(p) list(p = hex(p), rates = hex(sva:::edge.lfdr(p))))
d <- density(qnorm(p_values$few), adjust = 1.5); s <- smooth.spline(d$x, d$y); at <- seq(min(d$x), max(d$x), length.out = 40)
out$density <- list(x = hex(qnorm(p_values$few)), at = hex(d$x[seq(1, 512, by = 8)]), values = hex(d$y[seq(1, 512, by = 8)]), bandwidth = unbox(hex(d$bw)))
out$spline <- list(at = hex(d$x), values = hex(d$y), x = hex(at), smoothed = hex(predict(s, at)$y))

# Small sets, given to three digits
set.seed(5)
out$small <- lapply(1:3, function(k) {
  G <- c(120, 150, 60)[k]; n <- c(12, 14, 10)[k]
  group <- rep(0:1, length.out = n); hidden <- matrix(rnorm(n * 2), n)
  y <- round(matrix(rnorm(G * n, 7), G) + outer(rnorm(G) * (runif(G) < 0.3), group) + (matrix(rnorm(G * 2), G) * (runif(G) < 0.5)) %*% t(hidden), 3)
  age <- round(rnorm(n), 3)
  design <- if (k == 2) cbind(1, age, group) else cbind(1, group)
  p0 <- if (k == 2) 2 else 1
  null <- design[, seq_len(p0), drop = FALSE]; dimnames(y) <- dimnames(design) <- NULL
  controls <- round(rbeta(G, 1, 1) * (runif(G) < 0.4), 3)
  runs <- list()
  for (number in 1:2) for (method in c("irw", "two-step")) runs[[length(runs) + 1]] <- c(list(method = unbox(method), n = unbox(number), rounds = unbox(5)), told(silent(sva(y, design, null, n.sv = number, method = method))))
  for (rounds in c(1, 8)) runs[[length(runs) + 1]] <- c(list(method = unbox("irw"), n = unbox(2), rounds = unbox(rounds)), told(silent(sva(y, design, null, n.sv = 2, B = rounds))))
  runs[[length(runs) + 1]] <- c(list(method = unbox("supervised"), n = unbox(2), rounds = unbox(5)), told(silent(sva(y, design, null, n.sv = 2, controls = controls, method = "supervised"))))
  counts <- exp(y / 2); counts <- matrix(as.numeric(round(counts)), G)
  list(y = rows(y), design = rows(design), p0 = unbox(p0), controls = controls, runs = runs,
       counts = rows(counts), svaseq = told(silent(svaseq(counts, design, null, n.sv = 1))))
})

# Bladder cancer, single precision
data(bladderdata, package = "bladderbatch")
as_single <- function(x) { y <- readBin(writeBin(as.vector(x), raw(), size = 4), "numeric", length(x), size = 4); dim(y) <- dim(x); y }
y <- as_single(exprs(bladderEset)); cancer <- factor(pData(bladderEset)$cancer, levels = c("Normal", "Biopsy", "Cancer"))
design <- model.matrix(~ cancer)
out$bladder <- list(irw = told(silent(sva(y, design, n.sv = 2)), 200), two_step = told(silent(sva(y, design, n.sv = 2, method = "two-step")), 200), leek = unbox(num.sv(y, design, method = "leek")))
out$bladder$irw_leek <- told(silent(sva(y, design, n.sv = max(1, out$bladder$leek))), 200)

# RNA-seq of women and men
data(humanGender, package = "DEGreport")
suppressPackageStartupMessages(library(SummarizedExperiment))
counts <- as.matrix(assays(humanGender)[[1]]); storage.mode(counts) <- "double"; sex <- factor(colData(humanGender)$group)
out$people <- list(ids = colnames(counts), sex = as.character(sex), sum = unbox(hex(sum(counts))), irw = told(silent(svaseq(counts, model.matrix(~ sex), n.sv = 3)), 100), leek = unbox(num.sv(log(counts + 1), model.matrix(~ sex), method = "leek")))
cat(toJSON(out, digits = NA), "\n")
