# How answers are written: inputs once, by name, and cases that refer to them.
hex <- function(x) { h <- sprintf("%a", as.double(x)); h[is.na(x)] <- "nan"; h }
stored <- function(x) if (is.matrix(x)) list(shape = dim(x), values = hex(t(x))) else list(shape = length(x), values = hex(x))
inputs <- list(); cases <- list()
input <- function(...) inputs <<- c(inputs, lapply(list(...), stored))
plain <- function(x) if (is.logical(x) || is.character(x)) unbox(x) else unbox(hex(x))
add <- function(call, name, args, result) {
  cases[[length(cases) + 1]] <<- list(call = unbox(call), name = unbox(name), args = lapply(args, plain), result = lapply(result[!vapply(result, is.null, NA)], stored))
}
finish <- function(...) {
  versions <- lapply(c(...), function(p) unbox(as.character(packageVersion(p)))); names(versions) <- c(...)
  cat(toJSON(list(versions = c(list(R = unbox(R.version.string)), versions), inputs = inputs, cases = cases)), "\n")
}
