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

answer_model <- function(problem) {
  fit <- lmFit(problem$y, problem$design, weights = problem$weights)
  answer <- list(fit = describe_fit(fit))
  if (isTRUE(problem$fitted)) {
    answer$fit$fitted <- unname(fitted(fit))
    answer$fit$residuals <- unname(residuals(fit, problem$y))
  }
  if (!is.null(problem$contrasts) || !is.null(problem$contrast_text) || !is.null(problem$coefficients)) {
    fit <- take_contrasts(fit, problem)
    answer$contrast <- describe_contrast(fit)
  }
  if (isFALSE(problem$moderate)) return(answer)
  fit <- do.call(eBayes, c(list(fit), problem$ebayes))
  answer$ebayes <- describe_moderation(fit)
  answer$tables <- lapply(problem$tables, function(arguments) do.call(topTable, c(list(fit), arguments)))
  answer$f_tables <- lapply(problem$f_tables, function(arguments) do.call(topTableF, c(list(fit), arguments)))
  answer$decisions <- lapply(problem$decisions, function(arguments) describe_decisions(do.call(decideTests, c(list(fit), arguments))))
  answer[lengths(answer) > 0]
}

answer_squeeze <- function(problem) {
  squeezed <- squeezeVar(problem$var, problem$df, covariate = problem$covariate)
  list(squeeze = list(var_post = squeezed$var.post, var_prior = squeezed$var.prior, df_prior = squeezed$df.prior))
}

answer_f_dist <- function(problem) {
  prior <- fitFDist(problem$x, problem$df1, covariate = problem$covariate)
  list(f_dist = list(scale = prior$scale, df2 = prior$df2))
}

answer_trigamma_inverse <- function(problem) list(trigamma_inverse = list(value = trigammaInverse(problem$x)))

answer_make_contrasts <- function(problem) {
  list(make_contrasts = list(matrix = unname(unclass(makeContrasts(contrasts = problem$contrast_text, levels = problem$levels)))))
}

answer <- function(problem) {
  answers <- list(
    model = answer_model, squeeze = answer_squeeze, f_dist = answer_f_dist,
    trigamma_inverse = answer_trigamma_inverse, make_contrasts = answer_make_contrasts
  )
  suppressWarnings(suppressMessages(answers[[problem$kind]](problem)))
}

with_answer <- function(problem) list(problem = problem, answer = answer(problem))

limma_version <- function() paste("limma", packageVersion("limma"), "on", R.version.string)
