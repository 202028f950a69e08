"""The command line: arguments in, results and exit statuses out."""
