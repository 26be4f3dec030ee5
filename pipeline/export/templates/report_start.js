  count();
  route();
