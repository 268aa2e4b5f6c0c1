"""One runner per rival: a process of its own that loads a problem and answers on command."""
