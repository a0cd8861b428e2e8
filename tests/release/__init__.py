"""What has to hold before strangers get it: the distributions, their types, their lowest versions."""
