# The one way in. HTTPS ends here; HTTP is only told where HTTPS is.

resource "aws_lb" "main" {
  # checkov:skip=CKV2_AWS_76: the rules are in waf.tf, in a block that checkov does not follow

  name               = local.name
  load_balancer_type = "application"
  internal           = false
  security_groups    = [aws_security_group.main["load-balancer"].id]
  subnets            = [for subnet in aws_subnet.public : subnet.id]

  idle_timeout               = 300 # a page's WebSocket outlives a pause of its reader; Streamlit pings within that
  drop_invalid_header_fields = true
  enable_deletion_protection = var.disposable ? false : var.deletion_protection

  access_logs {
    bucket  = aws_s3_bucket.logs.id
    prefix  = "alb"
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.main]
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = local.public_ports.http
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = tostring(local.public_ports.https)
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.main.arn
  port              = local.public_ports.https
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.dashboard.arn
  }
}

resource "aws_lb_target_group" "dashboard" {
  name                 = "${local.name}-dashboard"
  vpc_id               = aws_vpc.main.id
  target_type          = "ip"
  port                 = local.ports.dashboard
  protocol             = "HTTP"
  deregistration_delay = 60

  # A page's uploads and images are served by the task that holds its session.
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 86400
  }

  health_check {
    path                = "/_stcore/health"
    matcher             = "200"
    interval            = 15
    healthy_threshold   = 2
    unhealthy_threshold = 4
  }
}

# Dagster's pages have no sign-in of their own: they are shown behind the user pool's, or not at all. The load balancer
# asks Cognito for the client's secret itself; of another provider it would have to stand in Terraform's state.

resource "aws_lb_target_group" "webserver" {
  # checkov:skip=CKV_AWS_378: TLS ends at the load balancer; behind it only its group reaches the tasks

  count = var.dagster_sign_in == null ? 0 : 1

  name                 = "${local.name}-webserver"
  vpc_id               = aws_vpc.main.id
  target_type          = "ip"
  port                 = local.ports.webserver
  protocol             = "HTTP"
  deregistration_delay = 60

  health_check {
    path                = "/server_info"
    matcher             = "200"
    interval            = 15
    healthy_threshold   = 2
    unhealthy_threshold = 4
  }
}

resource "aws_lb_listener_rule" "dagster" {
  count = var.dagster_sign_in == null ? 0 : 1

  listener_arn = aws_lb_listener.https.arn
  priority     = 10

  condition {
    host_header {
      values = [local.dagster_domain]
    }
  }

  action {
    type = "authenticate-cognito"

    authenticate_cognito {
      user_pool_arn              = var.dagster_sign_in.user_pool_arn
      user_pool_client_id        = var.dagster_sign_in.user_pool_client_id
      user_pool_domain           = var.dagster_sign_in.user_pool_domain
      on_unauthenticated_request = "authenticate"
      session_timeout            = 28800
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.webserver[0].arn
  }
}
