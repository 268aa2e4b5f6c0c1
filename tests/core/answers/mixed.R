# Reference answers for mixed models of rows: lme4 with lmerTest where blocks vary, nlme::gls where the correlation may
# be negative or samples have weights.
# Run in this folder: Rscript mixed.R > mixed.json   (written with lme4, lmerTest and nlme on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(lme4); library(lmerTest); library(nlme); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
cases <- list()
add <- function(call, name, args, result) {
  keep <- function(l) lapply(l[!vapply(l, is.null, NA)], function(x) hex(as.vector(t(x))))
  cases[[length(cases) + 1]] <<- list(call = unbox(call), name = unbox(name), args = keep(args), result = keep(result))
}

# Rows y (g, n) on a design x (n, p) with blocks; contrasts are the rows of l. Missing values stay in y.
random_intercepts <- function(name, y, x, block, l) {
  strict <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 1e-2, rhoend = 1e-12, maxfun = 1e5),
                        check.conv.singular = "ignore")
  estimate <- se <- df <- matrix(NA, nrow(y), nrow(l)); sigma <- rho <- rep(NA, nrow(y))
  for (i in seq_len(nrow(y))) {
    d <- data.frame(y = y[i, ], block = factor(block)); d$x <- x
    fit <- lmer(y ~ 0 + x + (1 | block), d, REML = TRUE, control = strict)
    v <- as.data.frame(VarCorr(fit))$vcov
    if (v[1] < 1e-4 * v[2]) next
    tests <- contest(fit, l, joint = FALSE)
    estimate[i, ] <- tests$Estimate; se[i, ] <- tests$`Std. Error`; df[i, ] <- tests$df
    sigma[i] <- sqrt(sum(v)); rho[i] <- v[1] / sum(v)
  }
  k <- !is.na(rho)
  stopifnot(sum(k) >= 4)
  add("random_intercepts", name, list(y = y[k, ], x = x, blocks = block - 1, contrasts = l),
      list(estimate = estimate[k, ], se = se[k, ], df = df[k, ], sigma = sigma[k], rho = rho[k]))
}

compound_symmetry <- function(name, y, x, block, weights = NULL) {
  strict <- glsControl(msTol = 1e-15, tolerance = 1e-15, maxIter = 500, msMaxIter = 5000, returnObject = TRUE)
  estimate <- se <- matrix(NA, nrow(y), ncol(x)); sigma <- rho <- rep(NA, nrow(y))
  for (i in seq_len(nrow(y))) {
    d <- data.frame(y = y[i, ], block = factor(block), v = if (is.null(weights)) 1 else 1 / weights[i, ]); d$x <- x
    d <- d[!is.na(d$y), ]
    fit <- gls(y ~ 0 + x, d, correlation = corCompSymm(form = ~ 1 | block), method = "REML", control = strict,
               weights = if (is.null(weights)) NULL else varFixed(~ v))
    estimate[i, ] <- coef(fit); se[i, ] <- sqrt(diag(fit$varBeta)); sigma[i] <- fit$sigma
    rho[i] <- coef(fit$modelStruct$corStruct, unconstrained = FALSE)
  }
  k <- rho * (max(table(block)) - 1) > -0.999
  stopifnot(sum(k) >= 4)
  add("compound_symmetry", name, list(y = y[k, ], x = x, blocks = block - 1, weights = weights[k, ]),
      list(estimate = estimate[k, ], se = se[k, ], sigma = sigma[k], rho = rho[k]))
}

rows <- function(g, block, between = c(0.3, 1, 3)) {
  n <- length(block); effect <- matrix(rnorm(g * max(block)), g)[, block]
  matrix(rnorm(g * n), g) + effect * rep_len(between, g) + 7
}
with_gaps <- function(y, share) { y[matrix(runif(length(y)) < share, nrow(y))] <- NA; y }

set.seed(1)
block <- rep(1:8, each = 3); group <- rep(0:1, each = 12); time <- rep(0:2, 8); age <- round(rnorm(24), 2)
plain <- model.matrix(~ group + factor(time)); l <- rbind(diag(4), c(0, 0, -1, 1), c(0, 1, 1, 0))
random_intercepts("balanced", rows(9, block), plain, block, l)
random_intercepts("balanced, missing", with_gaps(rows(9, block), 0.15), plain, block, l)
interaction <- model.matrix(~ group * time)
random_intercepts("interaction", rows(9, block), interaction, block, diag(4))
random_intercepts("covariate", rows(9, block), cbind(plain, age), block, cbind(l, 0.5))
random_intercepts("covariate, missing", with_gaps(rows(9, block), 0.2), cbind(plain, age), block, cbind(l, 0.5))
uneven <- rep(1:9, c(1, 5, 2, 2, 4, 3, 1, 3, 2)); three <- factor(uneven %% 3); drug <- seq_along(uneven) %% 2
groups <- model.matrix(~ three + drug); l <- rbind(diag(4), c(0, -1, 1, 0))
random_intercepts("unbalanced, three groups", rows(9, uneven), groups, uneven, l)
random_intercepts("unbalanced, three groups, missing", with_gaps(rows(12, uneven), 0.1), groups, uneven, l)
pairs <- rep(1:10, 2); paired <- model.matrix(~ rep(0:1, each = 10))
random_intercepts("pairs", rows(6, pairs), paired, pairs, diag(2))
random_intercepts("pairs, some broken", with_gaps(rows(9, pairs), 0.15), paired, pairs, diag(2))
random_intercepts("mean alone", rows(6, uneven), matrix(1, length(uneven), 1), uneven, diag(1))

apart <- function(y, block) y - 0.8 * t(apply(y, 1, function(v) ave(v, block) - mean(v)))
compound_symmetry("negative", apart(rows(6, block, 0), block), plain, block)
compound_symmetry("negative, pairs", apart(rows(6, pairs, 0), pairs), paired, pairs)
compound_symmetry("any sign, unbalanced", rows(6, uneven, c(0, 1)), groups, uneven)
compound_symmetry("weights", rows(6, block), plain, block, matrix(exp(rnorm(6 * 24)), 6))
compound_symmetry("weights, unbalanced, missing", with_gaps(rows(6, uneven), 0.1), groups, uneven,
                  matrix(exp(rnorm(6 * length(uneven))), 6))

version <- function(p) unbox(as.character(packageVersion(p)))
cat(toJSON(list(versions = list(R = unbox(R.version.string), lme4 = version("lme4"), lmerTest = version("lmerTest"), nlme = version("nlme")), cases = cases)), "\n")
