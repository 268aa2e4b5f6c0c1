# Analyses as limma's users write them, and what limma answers.
# Run in this folder: Rscript workflows.R > workflows.json   (written with limma 3.68 on R 4.6)
# Floats are stored as hexadecimal text, so that nothing is lost on the way.
suppressPackageStartupMessages({library(limma); library(jsonlite)})
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
stored <- function(x) {
  if (is.data.frame(x)) return(list(rows = rownames(x), columns = lapply(x, function(v) if (is.numeric(v)) hex(v) else as.character(v))))
  list(shape = if (is.null(dim(x))) length(x) else dim(x), values = hex(t(unclass(x))))
}

# 40 genes in 12 samples: three cell types, two treatments, three donors; the first genes respond
set.seed(20)
cell <- rep(c("A", "B", "C"), each = 4); treatment <- rep(c("U", "U", "S", "S"), 3); donor <- rep(c("d1", "d2", "d1", "d3"), 3)
sd <- sqrt(0.4 * 4 / rchisq(40, 4))
y <- matrix(rnorm(480, 7, rep(sd, 12)), 40, dimnames = list(paste0("g", 1:40), paste0("s", 1:12)))
y[1:6, cell == "B"] <- y[1:6, cell == "B"] + 2; y[4:9, treatment == "S"] <- y[4:9, treatment == "S"] - 1.5; y[40, 1:4] <- y[40, 1:4] + c(9, -9, 6, -6)
y <- round(y, 4)
w <- round(matrix(rgamma(480, 2, 2) + 0.05, 40), 3)
gaps <- y; gaps[sample(480, 50)] <- NA; gaps[1, cell == "A"] <- NA; gaps[2, ] <- NA
quiet <- suppressWarnings; silent <- function(e) suppressMessages(suppressWarnings(e))
out <- list()

# Two groups, treatment-contrast parametrisation
treated <- as.numeric(treatment == "S")
fit <- eBayes(lmFit(y, cbind(U = 1, SvsU = treated)))
out$two_groups <- list(top = topTable(fit, coef = "SvsU"), all = topTable(fit, coef = "SvsU", n = Inf, adjust = "bonf", sort.by = "none", confint = TRUE), decided = decideTests(fit))

# Several groups, group-means parametrisation
design <- model.matrix(~ 0 + cell); colnames(design) <- c("A", "B", "C")
fit2 <- contrasts.fit(lmFit(y, design), makeContrasts(B - A, C - B, C - A, levels = design))
fit2 <- eBayes(fit2)
out$several_groups <- list(first = topTable(fit2, coef = "B - A", adjust = "BH"), any = topTable(fit2), some = topTable(fit2, coef = c("C - B", "B - A"), number = 5),
  all = topTableF(fit2, number = 30), separate = decideTests(fit2), one = topTable(contrasts.fit(fit2, coefficients = "C - A"), number = 4))

# Donors as blocks of the design; limma-trend with outliers
design3 <- model.matrix(~ donor + treatment)
fit <- eBayes(lmFit(y, design3), trend = TRUE, robust = TRUE)
out$paired_trend_robust <- list(top = topTable(fit, coef = "treatmentU", sort.by = "p", n = 15), prior = fit$s2.prior, df = fit$df.prior, by_effect = topTable(fit, coef = "treatmentU", p.value = 0.5, lfc = 0.3, sort.by = "l"))

# A 2 x 3 factorial as a single factor; decisions of all kinds
both <- factor(paste(cell, treatment, sep = "."))
design4 <- model.matrix(~ 0 + both); colnames(design4) <- levels(both)
cm <- makeContrasts(inA = A.S - A.U, inB = B.S - B.U, Diff = (B.S - B.U) - (A.S - A.U), levels = design4)
fit4 <- eBayes(contrasts.fit(lmFit(y, design4), cm), trend = TRUE)
decisions <- sapply(c(separate = "sep", global = "glob", hierarchical = "hier", nestedF = "nest"), function(m) decideTests(fit4, method = m, p.value = 0.2, lfc = 0.5), simplify = FALSE)
out$factorial <- c(decisions, list(classified = classifyTestsF(fit4, p.value = 0.1), top = topTable(fit4, coef = "Diff", resort.by = "M", number = 8)))

# Donors as random effects, with a correlation known from before
fit <- lmFit(y, design, block = donor, correlation = 0.35)
fit <- eBayes(contrasts.fit(fit, makeContrasts(C - A, levels = design)))
out$multi_level <- list(top = topTable(fit, n = 12), sigma = fit$sigma)

# Weights of every observation, and a covariate: standard errors of contrasts are approximate
age <- c(3, 5, 4, 8, 2, 9, 6, 6, 7, 1, 5, 4)
design6 <- model.matrix(~ 0 + cell + age)
fit <- lmFit(y, design6, weights = w)
fit <- eBayes(contrasts.fit(fit, makeContrasts(BvsA = cellB - cellA, CvsA = cellC - cellA, levels = design6)))
out$voom_like_weights <- list(first = topTable(fit, coef = "BvsA", n = Inf), any = topTable(fit, n = Inf), unscaled = fit$stdev.unscaled, nested = decideTests(fit, method = "nestedF"))

# Weights of samples and of genes, some of which leave samples or genes out; one number for all
aw <- c(1, 0.6, 1.7, 1, 2, NA, 0.4, 1, 1.2, 0.8, 1, -1); gw <- c(0, -1, NA, rep(c(1, 2, 3.5), length = 37))
out$sample_weights <- list(top = topTable(eBayes(lmFit(y, design3, weights = aw)), coef = "treatmentU", n = 9))
fit <- quiet(eBayes(lmFit(y, design3, weights = gw)))
out$gene_weights <- list(top = topTable(fit, coef = "treatmentU", n = 40, sort.by = "none"), sigma = fit$sigma)

# Missing values, a group missing as a whole, and a gene without any
fit <- quiet(lmFit(gaps, model.matrix(~ cell + treatment)))
mod <- quiet(eBayes(fit)); fit2 <- quiet(contrasts.fit(fit, c(0, -1, 1, 0)))
out$missing_values <- list(coefficients = fit$coefficients, top = topTable(mod, coef = "treatmentU", n = 40, sort.by = "none"), F = topTable(mod, coef = c("cellB", "cellC"), sort.by = "none", n = 40), contrast = quiet(eBayes(fit2))$t,
  by_moments = quiet(eBayes(fit, legacy = TRUE))$t, decided = quiet(decideTests(mod)))

# Against a threshold
tfit <- quiet(treat(mod, lfc = 0.3)); averaged <- treat(fit4, fc = 1.5, upshot = TRUE, robust = TRUE, winsor.tail.p = 0.1)
out$threshold <- list(t = tfit$t, p = tfit$p.value, top = topTreat(tfit, coef = "treatmentU", n = 20), first = topTreat(averaged), last = topTable(averaged, sort.by = "P"), decided = decideTests(averaged, p.value = 0.3))

# Duplicate spots
fit <- eBayes(lmFit(y, design3, ndups = 2, spacing = 1, correlation = 0.6))
out$duplicate_spots <- list(table = data.frame(topTable(fit, coef = "donord2", n = Inf, sort.by = "none"), row.names = NULL))

# Robust regression; blocks are left aside
fit <- eBayes(quiet(lmFit(y, design3, method = "r", block = donor)))
out$robust_regression <- list(top = topTable(fit, coef = "treatmentU", n = 40, sort.by = "none"), unscaled = fit$stdev.unscaled)

# Log-ratios against a common reference: no design at all; and a fit that is decided on without eBayes
fit <- eBayes(lmFit(y - 7))
out$no_design <- list(top = topTable(fit), larger = topTable(fit, fc = 1.3, n = Inf))
out$decided_at_once <- list(decided = decideTests(lmFit(y, design3), adjust.method = NULL, p.value = 0.1))

# A data frame with identifiers in its first column
fit <- eBayes(silent(lmFit(data.frame(ID = rev(rownames(y)), y), design3)))
out$identifiers <- list(top = topTable(fit, coef = "treatmentU", n = 5)[, -1])

# Functions of numbers
s2 <- fit$sigma^2; x <- fit$Amean; p <- fit$p.value[, 4]; sv <- squeezeVar(s2, 8, covariate = x, robust = TRUE); unequal <- fitFDistUnequalDF1(s2, rep(c(3, 8), 20), covariate = x)
out$functions_of_numbers <- list(post = sv$var.post, prior = sv$var.prior, df = sv$df.prior, moments = unlist(fitFDist(s2, 8)), robustly = fitFDistRobustly(s2, 8)$scale, unequal = unequal$scale, df2 = unequal$df2,
  trigamma = trigammaInverse(c(0.01, 1, 5)), smooth = loessFit(sqrt(s2), x)$fitted, weighted = loessFit(sqrt(s2), x, w[, 1], span = 0.6)$fitted, lowess = weightedLowess(x, s2, w[, 2], npts = 10)$fitted,
  nulls = c(propTrueNull(p), propTrueNull(p, "hist"), propTrueNull(p, "c")), full = c(is.fullrank(design6), is.fullrank(cbind(design, 1))), turned = contrastAsCoef(design6, c(-1, 1, 0, 0))$coef)

data <- list(y = stored(y), weights = stored(w), gaps = stored(gaps), sample_weights = stored(aw), gene_weights = stored(gw), age = stored(age))
versions <- list(R = unbox(R.version.string), limma = unbox(as.character(packageVersion("limma"))))
cat(toJSON(list(versions = versions, data = data, answers = lapply(out, lapply, stored))), "\n")
