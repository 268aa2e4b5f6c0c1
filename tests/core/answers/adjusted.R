# Reference answers for standard errors of mixed models that allow for an estimated correlation, from pbkrtest, and for
# F tests of several coefficients, from lmerTest.
# Run in this folder: Rscript adjusted.R > adjusted.json   (written with lme4, lmerTest and pbkrtest on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
cases <- list()
add <- function(call, name, args, result) {
  keep <- function(l) lapply(l, function(x) hex(as.vector(t(x))))
  cases[[length(cases) + 1]] <<- list(call = unbox(call), name = unbox(name), args = keep(args), result = keep(result))
}

# Rows y (g, n) on a design x (n, p) with blocks; F is of all columns but the first.
adjusted <- function(name, y, x, block) {
  strict <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 1e-2, rhoend = 1e-12, maxfun = 1e5),
                        check.conv.singular = "ignore")
  se <- plain <- matrix(NA, nrow(y), ncol(x)); f <- df <- rep(NA, nrow(y))
  for (i in seq_len(nrow(y))) {
    d <- data.frame(y = y[i, ], block = factor(block)); d$x <- x
    fit <- lmer(y ~ 0 + x + (1 | block), d, REML = TRUE, control = strict)
    v <- as.data.frame(VarCorr(fit))$vcov
    if (v[1] < 1e-3 * v[2]) next
    plain[i, ] <- sqrt(diag(as.matrix(vcov(fit)))); se[i, ] <- sqrt(diag(as.matrix(vcovAdj(fit))))
    joint <- contest(fit, diag(ncol(x))[-1, ], joint = TRUE)
    f[i] <- joint$`F value`; df[i] <- joint$DenDF
  }
  k <- !is.na(f)
  stopifnot(sum(k) >= 4)
  add("adjusted", name, list(y = y[k, ], x = x, blocks = block - 1),
      list(se = plain[k, ], adjusted = se[k, ], f = f[k], df = df[k]))
}
rows <- function(g, block, between = c(0.3, 1, 2)) {
  n <- length(block); effect <- matrix(rnorm(g * max(block)), g)[, block]
  matrix(rnorm(g * n), g) + effect * rep_len(between, g) + 7
}

set.seed(1)
block <- rep(1:12, each = 2)
pairs <- factor(c(1, 1, 2, 2, 1, 2, 2, 3, 1, 3, 3, 3, 1, 1, 2, 2, 1, 2, 2, 3, 1, 3, 3, 3))
adjusted("incomplete blocks", rows(9, block), model.matrix(~ pairs), block)
block <- c(1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 5, 5, 6, 6, 6, 6, 7, 7, 8)
group <- as.numeric(block > 4); age <- round(rnorm(23), 2)
adjusted("unequal blocks", rows(9, block), model.matrix(~ group + age), block)
block <- rep(1:8, each = 3)
adjusted("balanced", rows(6, block, c(1, 2)), model.matrix(~ rep(0:1, each = 12) + factor(rep(0:2, 8))), block)
cat(toJSON(list(cases = cases)), "\n")
