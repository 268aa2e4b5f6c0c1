# Reference answers of limma for what removes batch effects, and for surrogate variables by weighted effects.
# Run in this folder: Rscript removal.R > removal.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
source("../../weights/answers/writer.R")
# the coefficients that are not estimable go to standard output
quiet <- function(x) { said <- capture.output(value <- suppressMessages(suppressWarnings(x))); value }

set.seed(1)
g <- 9; n <- 12
two <- rep(1:2, 6); three <- rep(1:3, c(5, 4, 3)); runs <- rep(1:4, 3)[c(3, 1, 2, 4, 9, 5, 7, 6, 8, 12, 10, 11)]
treated <- rep(c(0, 1), c(7, 5)); nested <- rep(1:4, each = 3); arms <- rep(1:2, each = 6)
y <- matrix(rnorm(g * n, 8), g) + outer(rnorm(g), two) + outer(rnorm(g), three) + outer(rnorm(g), treated)
gaps <- y; gaps[cbind(c(1, 1, 2, 3, 3, 3), c(2, 7, 12, 1, 2, 3))] <- NA
gaps[4, three == 3] <- NA; gaps[5, three > 1] <- NA; gaps[6, -4] <- NA; gaps[7, ] <- NA; gaps[8, treated == 1] <- NA
age <- cbind(rnorm(n, 50, 9)); several <- cbind(rnorm(n), age + rnorm(n)); steady <- cbind(rep(3, n))
kept <- cbind(1, treated); slope <- cbind(seq_len(n) / 4); lacking <- cbind(1, treated, 1 - treated); holding <- cbind(1, two == 2)
w <- runif(n, 0.2, 3); cells <- matrix(runif(g * n, 0.2, 3), g); rows <- runif(g, 0.5, 2); none <- replace(w, c(3, 8), 0); holes <- replace(cells, sample(g * n, 25), 0)
pairs <- rep(1:6, 2)
input(y = y, gaps = gaps, two = two, three = three, runs = runs, treated = treated, nested = nested, arms = arms, age = age, several = several, steady = steady,
      kept = kept, slope = slope, lacking = lacking, holding = holding, w = w, cells = cells, rows = rows, none = none, holes = holes, pairs = pairs)
removed <- function(name, ...) {
  args <- list(...)
  given <- lapply(args, function(a) if (is.character(a)) get(a) else a)
  add("remove_batch_effect", name, args, list(value = quiet(do.call(removeBatchEffect, given))))
}
for (x in c("y", "gaps")) {
  tag <- function(s) paste0(s, if (x == "gaps") ", missing values")
  removed(tag("balanced"), x = x, batch = "two"); removed(tag("unbalanced"), x = x, batch = "three"); removed(tag("four"), x = x, batch = "runs")
  removed(tag("two factors"), x = x, batch = "three", batch2 = "two"); removed(tag("second alone"), x = x, batch2 = "two")
  removed(tag("one covariate"), x = x, covariates = "age"); removed(tag("covariates"), x = x, covariates = "several"); removed(tag("constant covariate"), x = x, batch = "two", covariates = "steady")
  removed(tag("all"), x = x, batch = "three", batch2 = "two", covariates = "several", group = "treated")
  removed(tag("group"), x = x, batch = "three", group = "treated"); removed(tag("design"), x = x, batch = "two", design = "kept")
  removed(tag("no intercept"), x = x, batch = "three", design = "slope"); removed(tag("lacking rank"), x = x, batch = "three", design = "lacking")
  removed(tag("held by the design"), x = x, batch = "two", design = "holding"); removed(tag("group is batch"), x = x, batch = "arms", group = "arms")
  removed(tag("batches within groups"), x = x, batch = "nested", group = "arms"); removed(tag("partly confounded"), x = x, batch = "nested", batch2 = "arms", group = "treated")
  removed(tag("aliased batches"), x = x, batch = "nested", batch2 = "arms"); removed(tag("the same twice"), x = x, batch = "three", batch2 = "three", group = "treated")
  removed(tag("sample weights"), x = x, batch = "three", group = "treated", weights = "w"); removed(tag("feature weights"), x = x, batch = "three", group = "treated", weights = "rows")
  removed(tag("weights"), x = x, batch = "three", group = "treated", weights = "cells"); removed(tag("samples without weight"), x = x, batch = "three", covariates = "age", weights = "none")
  removed(tag("weights of zero"), x = x, batch = "three", group = "treated", weights = "holes"); removed(tag("aliased, weights"), x = x, batch = "nested", batch2 = "arms", weights = "cells")
  removed(tag("blocks"), x = x, batch = "three", group = "treated", block = "pairs", correlation = 0.4)
  removed(tag("blocks, weights"), x = x, batch = "three", group = "treated", block = "pairs", correlation = 0.4, weights = "cells")
  removed(tag("blocks, sample weights"), x = x, batch = "three", block = "pairs", correlation = -0.3, weights = "w")
}

set.seed(2)
noise <- matrix(rnorm(40 * 10), 40) * 0.1; hidden <- cbind(rnorm(10), rnorm(10)); groups <- cbind(1, rep(0:1, each = 5)); wide <- matrix(rnorm(4 * 7), 4)
effects <- noise + matrix(rnorm(80), 40) %*% t(hidden) + outer(rnorm(40), groups[, 2]); uneven <- effects * exp(rnorm(40)); ones <- cbind(rep(1, 7))
input(effects = effects, uneven = uneven, groups = groups, wide = wide, ones = ones)
found <- function(name, y, design, n_sv = 1, weight_by_sd = FALSE)
  add("wsva", name, list(y = y, design = design, n_sv = n_sv, weight_by_sd = weight_by_sd), list(value = wsva(get(y), get(design), n.sv = n_sv, weight.by.sd = weight_by_sd)))
# under weights the last residual degree of freedom of a problem is an error in limma 3.68
for (s in c(FALSE, TRUE)) {
  tag <- function(x) paste0(x, if (s) ", weighted")
  for (k in if (s) c(1, 2, 3, 7) else c(1, 2, 3, 8, 20)) { found(tag(paste(k, "of ten samples")), "effects", "groups", k, s); found(tag(paste(k, "uneven")), "uneven", "groups", k, s) }
  for (k in c(1, 2, 4)) found(tag(paste(k, "few features")), "wide", "ones", k, s)
}

finish("limma")
