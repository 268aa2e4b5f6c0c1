# From matrix to table.
stages <- list(pipeline = function() {
  fit <- timed(function() lmFit(y, design))
  mod <- timed(function() eBayes(fit$result))
  ranked <- timed(function() topTable(mod$result, coef = tested, number = Inf))
  table <- ranked$result
  names <- rownames(table)[1:10]
  tell(list(fit = fit$seconds, ebayes = mod$seconds, table = ranked$seconds),
       list(coefficients = size(fit$result$coefficients), sigma = sum(fit$result$sigma),
            t = size(table$t), B = size(table$B), adj.P.Val = sum(table$adj.P.Val)),
       first = if (labelled) sub("f", "", names) else as.integer(names) - 1L)
})
