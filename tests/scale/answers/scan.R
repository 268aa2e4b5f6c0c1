# Reference answers of R for scans: lm() once for every feature, and the coefficient of the feature as summary() has it.
# Run in this folder: Rscript scan.R > scan.json   (written with R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages(library(jsonlite))
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }

set.seed(11)
n <- 24
people <- data.frame(age = round(runif(n, 20, 70), 1), sex = rep(c("F", "M"), n / 2), site = rep(c("A", "B", "C"), each = n / 3), bmi = round(rnorm(n, 25, 4), 1), case = rbinom(n, 1, 0.5))
base <- round(matrix(rnorm(13 * n), 13), 3)
dosages <- matrix(rbinom(4 * n, 2, c(0.5, 0.3, 0.1, 0.4)), 4)
signal <- base[1, ]
features <- rbind(
  base[1:6, ], dosages,                                       # usual ones
  replace(base[7, ], c(2, 9, 17), NA), replace(base[8, ], 1:9, NA), replace(dosages[1, ], 20, NA),  # gaps, a level of a factor gone
  replace(base[9, ], 8:n, NA), replace(base[10, ], 7:n, NA), replace(base[10, ], 6:n, NA),  # 2, 1 and no residual df of ~ age + sex
  1e150 * base[2, ], 1e-150 * base[2, ], 1e-290 * base[3, ], 1e300 * base[3, ], replace(1e-200 * base[11, ], 5, NA),  # units
  people$age + 1e-2 * base[12, ], people$bmi,                 # nearly a covariate, another variable
  rep(3.7, n), rep(NA_real_, n), people$age, 2 * people$age - 3 * (people$sex == "M"), replace(rep(1, n), 4:8, NA), # no test
  replace(replace(rep(0, n), 3, 1), 5, NA)                    # one carrier
)
outcomes <- cbind(
  lung = round(0.8 * signal + 0.02 * people$age + rnorm(n), 3),
  gaps = replace(round(rnorm(n, 100), 2), c(1, 5, 20, 23), NA),
  case = people$case,
  large = 1e200 * round(rnorm(n), 3), small = 1e-200 * round(rnorm(n) + signal, 3),
  strong = signal + 1e-6 * round(rnorm(n), 4), far = 1e6 + round(rnorm(n), 3)
)
# The last column of a fit beside all others: R scales columns by nothing, so units are taken out before and put back after.
unit <- function(x) { m <- max(abs(x), na.rm = TRUE); if (is.finite(m) && m > 0) 2^floor(log2(m)) else 1 }
tested <- function(y, x, design, factor) {
  there <- is.finite(y) & is.finite(x)
  found <- c(beta = NA, SE = NA, t = NA, F = NA, df1 = NA, df = NA, n = sum(there), p = NA, log10p = NA)
  if (sum(there) < 2) return(found)
  a <- unit(x); b <- unit(y); x <- x / a; y <- y / b; x <- x - mean(x[there]); y <- y - mean(y[there])
  model <- if (is.null(factor)) cbind(design, x) else cbind(design, factor, x, factor * x)
  tail <- if (is.null(factor)) 1 else ncol(factor)
  model <- model[there, , drop = FALSE]; y <- y[there]
  whole <- lm(y ~ 0 + model); k <- ncol(model); at <- (k - tail + 1):k
  if (any(is.na(coef(whole)[at])) || df.residual(whole) < 1) return(found)  # a feature may be aliased where products are not
  df <- df.residual(whole); found["df"] <- df
  if (tail == 1) {
    s <- suppressWarnings(summary(whole))$coefficients; s <- s[nrow(s), ]
    found[c("beta", "SE", "t")] <- c(s[1] / a * b, s[2] / a * b, s[3]); found["p"] <- s[4]
    found["log10p"] <- -(pt(abs(s[3]), df, lower.tail = FALSE, log.p = TRUE) + log(2)) / log(10)
  } else {
    less <- lm(y ~ 0 + model[, -at]); f <- anova(less, whole)
    found[c("F", "df1", "p")] <- c(f$F[2], f$Df[2], f$"Pr(>F)"[2])
    found["log10p"] <- -pf(f$F[2], f$Df[2], df, lower.tail = FALSE, log.p = TRUE) / log(10)
  }
  found
}
cases <- list()
scan <- function(name, outcome, covariates, interaction = NULL) {
  design <- model.matrix(as.formula(covariates), people)
  factor <- if (!is.null(interaction)) { z <- model.matrix(as.formula(paste("~", interaction)), people)[, -1, drop = FALSE]; sweep(z, 2, colMeans(z)) }
  rows <- t(sapply(seq_len(nrow(features)), function(k) tested(outcomes[, outcome], features[k, ], design, factor)))
  rows <- rows[, if (is.null(factor) || ncol(factor) == 1) c("beta", "SE", "t", "df", "n", "p", "log10p") else c("F", "df1", "df", "n", "p", "log10p")]
  cases[[length(cases) + 1]] <<- list(name = unbox(name), outcome = unbox(outcome), covariates = unbox(covariates), interaction = unbox(if (is.null(interaction)) NA_character_ else interaction), result = lapply(as.list(as.data.frame(rows)), hex))
}
for (outcome in colnames(outcomes)) scan(paste("of", outcome), outcome, "~ age + sex")
scan("without covariates", "lung", "~ 1"); scan("a factor of three levels", "lung", "~ age + site"); scan("gaps and a factor", "gaps", "~ site + bmi")
scan("covariates that depend on one another", "lung", "~ age + I(2 * age + 1) + sex"); scan("few residual df", "gaps", "~ site * sex + age + bmi + I(age^2) + I(bmi^2) + case + I(age * bmi)")
for (outcome in c("lung", "gaps")) { scan(paste("interaction with two groups, of", outcome), outcome, "~ age", "sex"); scan(paste("interaction with a number, of", outcome), outcome, "~ age", "bmi"); scan(paste("interaction with three groups, of", outcome), outcome, "~ age", "site") }

# p-values at the end of the range of numbers and beyond it
m <- 80; predictor <- round(rnorm(m), 3); noise <- round(rnorm(m), 3)
tails <- lapply(c(2e-3, 1.2e-4, 8.4e-5, 8e-5, 1e-5), function(size) {
  y <- predictor + size * noise; s <- summary(lm(y ~ predictor))$coefficients[2, ]
  list(y = hex(y), beta = unbox(hex(s[1])), SE = unbox(hex(s[2])), t = unbox(hex(s[3])), p = unbox(hex(s[4])), log10p = unbox(hex(-(pt(abs(s[3]), m - 2, lower.tail = FALSE, log.p = TRUE) + log(2)) / log(10))))
})
table <- function(x) lapply(as.list(as.data.frame(x)), hex)
cat(toJSON(list(versions = list(R = unbox(R.version.string)), people = c(table(people[c("age", "bmi", "case")]), list(sex = people$sex, site = people$site)), outcomes = table(outcomes), features = apply(features, 1, hex, simplify = FALSE), cases = cases, predictor = hex(predictor), tails = tails), na = "null"), "\n")
