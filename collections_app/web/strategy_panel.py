def strategy_panel(request, account):
    return None
