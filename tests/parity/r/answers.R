# What R limma answers to a problem, and how problems and answers are written down.
# A problem is a named list; `kind` says which of the functions at the end answers it.
# Numbers travel as hexadecimal floats, so that nothing is lost between R and Python.

suppressPackageStartupMessages(library(limma))

# ---- reading what Python writes -------------------------------------------------------------------------------------

numbers <- function(text, dim = NULL, rows = NULL, columns = NULL) {
  x <- as.numeric(strsplit(text, " ", fixed = TRUE)[[1]])
  if (is.null(dim)) return(x)
  matrix(x, dim[1], dim[2], dimnames = if (!is.null(rows) || !is.null(columns)) list(rows, columns))
}

# ---- writing JSON ---------------------------------------------------------------------------------------------------

json_strings <- function(x) paste0("[", paste(encodeString(as.character(x), quote = "\""), collapse = ","), "]")

json_object <- function(x) {
  if (length(x) == 0) return("{}")
  fields <- paste0(encodeString(names(x), quote = "\""), ":", vapply(x, to_json, ""))
  paste0("{", paste(fields, collapse = ","), "}")
}

json_numbers <- function(x) {
  fields <- paste0("\"hex\":\"", paste(sprintf("%a", as.numeric(x)), collapse = " "), "\"")
  if (is.matrix(x)) {
    fields <- c(fields, paste0("\"dim\":[", nrow(x), ",", ncol(x), "]"))
    if (!is.null(rownames(x))) fields <- c(fields, paste0("\"rows\":", json_strings(rownames(x))))
    if (!is.null(colnames(x))) fields <- c(fields, paste0("\"columns\":", json_strings(colnames(x))))
  }
  paste0("{", paste(fields, collapse = ","), "}")
}

to_json <- function(x) {
  if (is.null(x)) return("null")
  if (is.data.frame(x)) return(json_object(list(row_names = row.names(x), frame = as.list(x))))
  if (is.list(x) && !is.null(names(x))) return(json_object(x))
  if (is.list(x)) return(paste0("[", paste(vapply(x, to_json, ""), collapse = ","), "]"))
  if (is.character(x) || is.factor(x)) {
    if (is.null(names(x))) return(json_strings(x))
    return(paste0("{\"texts\":", json_strings(x), ",\"names\":", json_strings(names(x)), "}"))
  }
  if (is.logical(x) && length(x) == 1 && !is.na(x)) return(if (x) "true" else "false")
  json_numbers(x)
}

write_json <- function(x, path) {
  file <- gzfile(path, "w")
  on.exit(close(file))
  writeLines(to_json(x), file)
}

# ---- what is kept of R's objects ------------------------------------------------------------------------------------

describe_fit <- function(fit) {
  list(
    coefficients = unname(fit$coefficients), stdev_unscaled = unname(fit$stdev.unscaled), names = colnames(fit$coefficients),
    sigma = unname(fit$sigma), df_residual = unname(fit$df.residual), amean = unname(fit$Amean),
    cov_coefficients = fit$cov.coefficients, rank = fit$rank
  )
}

describe_contrast <- function(fit) {
  list(
    coefficients = unname(fit$coefficients), stdev_unscaled = unname(fit$stdev.unscaled), names = colnames(fit$coefficients),
    cov_coefficients = unname(as.matrix(fit$cov.coefficients)), contrasts = unname(as.matrix(fit$contrasts))
  )
}

describe_moderation <- function(fit) {
  answer <- list(
    s2_prior = unname(fit$s2.prior), df_prior = unname(fit$df.prior), s2_post = unname(fit$s2.post), df_total = unname(fit$df.total),
    t = unname(fit$t), p_value = unname(fit$p.value), lods = unname(fit$lods), var_prior = unname(fit$var.prior)
  )
  if (!is.null(fit$F)) answer$F <- unname(as.numeric(fit$F))
  if (!is.null(fit$F)) answer$F_p_value <- unname(fit$F.p.value)
  answer
}

describe_threshold <- function(fit) {
  list(
    s2_prior = unname(fit$s2.prior), df_prior = unname(fit$df.prior), s2_post = unname(fit$s2.post), df_total = unname(fit$df.total),
    t = unname(fit$t), p_value = unname(fit$p.value)
  )
}

describe_decisions <- function(results) {
  list(codes = unname(matrix(as.numeric(results), nrow(results), ncol(results))), summary = unname(unclass(summary(results))))
}

# ---- answers by kind ------------------------------------------------------------------------------------------------

take_contrasts <- function(fit, problem) {
  if (!is.null(problem$coefficients)) return(contrasts.fit(fit, coefficients = problem$coefficients))
  if (!is.null(problem$contrast_text)) {
    matrix <- makeContrasts(contrasts = problem$contrast_text, levels = colnames(problem$design))
    return(contrasts.fit(fit, matrix))
  }
  fit <- contrasts.fit(fit, problem$contrasts)
  if (!is.null(problem$second_contrasts)) fit <- contrasts.fit(fit, problem$second_contrasts)
  fit
}

fit_arguments <- c("weights", "block", "correlation", "ndups", "spacing", "method")

answer_model <- function(problem) {
  fit <- do.call(lmFit, c(list(problem$y, problem$design), problem[intersect(fit_arguments, names(problem))]))
  answer <- list(fit = describe_fit(fit))
  if (isTRUE(problem$fitted)) {
    answer$fit$fitted <- unname(fitted(fit))
    answer$fit$residuals <- unname(residuals(fit, problem$y))
  }
  if (!is.null(problem$contrasts) || !is.null(problem$contrast_text) || !is.null(problem$coefficients)) {
    fit <- take_contrasts(fit, problem)
    answer$contrast <- describe_contrast(fit)
  }
  if (!isFALSE(problem$moderate)) answer <- c(answer, answer_moderation(fit, problem))
  if (!is.null(problem$treat)) answer <- c(answer, answer_threshold(fit, problem))
  answer[lengths(answer) > 0]
}

with_each <- function(verb, fit, asked) lapply(asked, function(arguments) do.call(verb, c(list(fit), arguments)))

answer_moderation <- function(fit, problem) {
  fit <- do.call(eBayes, c(list(fit), problem$ebayes))
  list(
    ebayes = describe_moderation(fit), tables = with_each(topTable, fit, problem$tables),
    f_tables = with_each(topTableF, fit, problem$f_tables),
    decisions = lapply(with_each(decideTests, fit, problem$decisions), describe_decisions),
    classified = lapply(with_each(classifyTestsF, fit, problem$classified), describe_decisions)
  )
}

answer_threshold <- function(fit, problem) {
  fit <- do.call(treat, c(list(fit), problem$treat))
  list(
    treat = describe_threshold(fit), treat_tables = with_each(topTreat, fit, problem$treat_tables),
    treat_decisions = lapply(with_each(decideTests, fit, problem$treat_decisions), describe_decisions)
  )
}

squeeze_arguments <- c("covariate", "span", "robust", "winsor.tail.p", "legacy")

answer_squeeze <- function(problem) {
  squeezed <- do.call(squeezeVar, c(list(problem$var, problem$df), problem[intersect(squeeze_arguments, names(problem))]))
  list(squeeze = list(var_post = squeezed$var.post, var_prior = squeezed$var.prior, df_prior = squeezed$df.prior))
}

describe_prior <- function(prior) {
  answer <- list(scale = prior$scale, df2 = prior$df2, df2_shrunk = prior$df2.shrunk)
  answer[lengths(answer) > 0]
}

answer_f_dist <- function(problem) list(f_dist = describe_prior(fitFDist(problem$x, problem$df1, covariate = problem$covariate)))

answer_f_dist_robustly <- function(problem) {
  optional <- problem[intersect(c("covariate", "winsor.tail.p"), names(problem))]
  list(f_dist_robustly = describe_prior(do.call(fitFDistRobustly, c(list(problem$x, problem$df1), optional))))
}

answer_f_dist_unequal <- function(problem) {
  optional <- problem[intersect(c("covariate", "span", "robust", "prior.weights"), names(problem))]
  list(f_dist_unequal = describe_prior(do.call(fitFDistUnequalDF1, c(list(problem$x, problem$df1), optional))))
}

answer_classify <- function(problem) {
  optional <- problem[intersect(c("cor.matrix", "df", "p.value"), names(problem))]
  list(classify = describe_decisions(do.call(classifyTestsF, c(list(problem$t), optional))))
}

answer_true_null <- function(problem) {
  methods <- c("lfdr", "mean", "hist", if (!anyNA(problem$p)) "convest")
  shares <- lapply(methods, function(method) propTrueNull(problem$p, method = method))
  list(true_null = structure(shares, names = methods))
}

answer_trigamma_inverse <- function(problem) list(trigamma_inverse = list(value = trigammaInverse(problem$x)))

answer_make_contrasts <- function(problem) {
  list(make_contrasts = list(matrix = unname(unclass(makeContrasts(contrasts = problem$contrast_text, levels = problem$levels)))))
}

answer <- function(problem) {
  answers <- list(
    model = answer_model, squeeze = answer_squeeze, f_dist = answer_f_dist,
    f_dist_robustly = answer_f_dist_robustly, f_dist_unequal = answer_f_dist_unequal, classify = answer_classify,
    true_null = answer_true_null, trigamma_inverse = answer_trigamma_inverse, make_contrasts = answer_make_contrasts
  )
  suppressWarnings(suppressMessages(answers[[problem$kind]](problem)))
}

with_answer <- function(problem) list(problem = problem, answer = answer(problem))

limma_version <- function() paste("limma", packageVersion("limma"), "on", R.version.string)
